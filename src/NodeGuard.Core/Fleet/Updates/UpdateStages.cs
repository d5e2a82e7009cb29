using NodeGuard.Core.Fleet.Planning;

namespace NodeGuard.Core.Fleet.Updates;

/// <summary>How far each version has come through the waves of one policy.</summary>
internal sealed class UpdateStages
{
    /// <summary>The node is in no wave that a selector makes.</summary>
    public const int Shared = -1;

    private readonly Policy _policy;
    private readonly DateTimeOffset _now;
    private readonly List<WaveMembers> _waves = [];
    private readonly Dictionary<PackageVersion, Stage> _stages = [];

    public UpdateStages(Policy policy, IReadOnlyList<Member> members, FleetState state, FleetIndex index, DateTimeOffset now)
    {
        (_policy, _now) = (policy, now);
        if (policy.Waves.All(static wave => wave.Size is null && wave.Selector is null))
            return;
        var proofs = state.Updated.Where(updated => updated.Policy == policy.Name).ToLookup(static updated => updated.NodeUid);
        foreach (Wave wave in policy.Waves.TakeWhile(static wave => wave.Size is not null || wave.Selector is not null))
        {
            FleetNode[] nodes = [.. members.Select(static member => member.Node).Where(node => WaveGate.Belongs(policy, wave, node))];
            _waves.Add(new WaveMembers(wave, nodes, policy, proofs, index));
        }
    }

    /// <summary>Which wave has the node to itself, by its place; <see cref="Shared"/> for none.</summary>
    public int OwnWave(FleetNode node)
    {
        for (int i = 0; i < _waves.Count; i++)
        {
            if (_waves[i].Wave.Selector?.Matches(node.Labels) == true)
                return i;
        }

        return Shared;
    }

    /// <summary>Why a node may not have the version yet; null when it may.</summary>
    /// <param name="wave">The node's, as of <see cref="OwnWave"/>.</param>
    public (string Why, DateTimeOffset? Until)? Refuse(PackageVersion package, int wave)
    {
        Stage stage = Of(package);
        // Beyond its own wave a node is only late.
        if (stage.Place == _waves.Count || (wave != Shared && stage.Place > wave))
            return null;
        bool isItsTurn = wave == Shared ? _waves[stage.Place].Wave.Selector is null : stage.Place == wave;
        return isItsTurn && stage.Room > 0 ? null : (stage.Why, stage.Until);
    }

    /// <summary>Of these, those that have come through all waves; none where there are no waves.</summary>
    public IEnumerable<PackageVersion> Passed(IEnumerable<PackageVersion> packages) => _waves.Count == 0 ? [] : packages.Where(package => Of(package).Place == _waves.Count);

    /// <returns>Whether a wave has less room now.</returns>
    public bool Take(IReadOnlyList<PackageVersion> packages)
    {
        bool changed = false;
        foreach (PackageVersion package in packages)
        {
            Stage stage = Of(package);
            if (stage.Place == _waves.Count)
                continue;
            _stages[package] = stage with { Room = stage.Room - 1 };
            changed = true;
        }

        return changed;
    }

    private Stage Of(PackageVersion package)
    {
        if (!_stages.TryGetValue(package, out Stage? stage))
            _stages.Add(package, stage = Find(package));
        return stage;
    }

    private Stage Find(PackageVersion package)
    {
        for (int i = 0; i < _waves.Count && !_policy.Released.Contains(package); i++)
        {
            if (_waves[i].StageOf(package, i, _now) is { } stage)
                return stage;
        }

        return new Stage(_waves.Count, int.MaxValue, string.Empty, null);
    }

    /// <param name="Place">The first wave that the version has not passed; beyond the last one when it has passed all.</param>
    /// <param name="Room">How many more nodes of it may start now.</param>
    private sealed record Stage(int Place, int Room, string Why, DateTimeOffset? Until);

    /// <summary>The nodes of one wave, and what they have, are getting and wait for.</summary>
    private sealed class WaveMembers
    {
        private readonly int _nodes;
        private readonly Dictionary<PackageVersion, List<DateTimeOffset>> _well = [];
        private readonly Dictionary<PackageVersion, int> _sick = [];
        private readonly Dictionary<PackageVersion, int> _running = [];
        private readonly Dictionary<PackageVersion, int> _pending = [];

        public WaveMembers(Wave wave, FleetNode[] nodes, Policy policy, ILookup<string, UpdatedNode> proofs, FleetIndex index)
        {
            (Wave, _nodes) = (wave, nodes.Length);
            foreach (var group in nodes.Where(static node => node.Pending is not null).GroupBy(static node => node.Pending!.Key, StringComparer.Ordinal))
            {
                int count = group.Count();
                foreach (PackageVersion package in UpdateGate.PendingOf(policy, group.First()))
                    _pending[package] = _pending.GetValueOrDefault(package) + count;
            }

            foreach (FleetNode node in nodes)
            {
                foreach (PackageVersion package in index.RunningOn(node.Name)?.Updates ?? [])
                    _running[package] = _running.GetValueOrDefault(package) + 1;
                foreach (UpdatedNode updated in proofs[node.Uid])
                    Prove(node, updated);
            }
        }

        public Wave Wave { get; }

        /// <summary>Null: the version has passed this wave.</summary>
        public Stage? StageOf(PackageVersion package, int place, DateTimeOffset now)
        {
            List<DateTimeOffset> well = _well.GetValueOrDefault(package) ?? [];
            int sick = _sick.GetValueOrDefault(package);
            int running = _running.GetValueOrDefault(package);
            int concerned = well.Count + sick + running + _pending.GetValueOrDefault(package);
            int wanted = Math.Min(Wave.Size?.UnavailableOf(_nodes) ?? _nodes, concerned);
            if (concerned == 0)
            {
                // A wave that names its nodes is there to try things first: what none of them has is tried by nobody.
                return Wave.Selector is null ? null : new Stage(place, 0, $"no node of wave {Wave.Name} has it or waits for it, and nobody has tried it", null);
            }

            if (well.Count < wanted)
            {
                string why = sick > 0
                    ? $"{sick} of wave {Wave.Name} that have it are not ready"
                    : $"wave {Wave.Name} gets it first, {well.Count} of {wanted} have it";
                return new Stage(place, Math.Max(0, wanted - well.Count - sick - running), why, null);
            }

            well.Sort();
            DateTimeOffset soaked = wanted == 0 ? now : well[wanted - 1] + Wave.Soak;
            return soaked <= now ? null : new Stage(place, 0, $"wave {Wave.Name} has it, and soaks until {soaked.UtcDateTime:yyyy-MM-dd HH:mm} UTC", soaked);
        }

        private void Prove(FleetNode node, UpdatedNode updated)
        {
            foreach (PackageVersion package in updated.Packages)
            {
                if (!node.Ready)
                    _sick[package] = _sick.GetValueOrDefault(package) + 1;
                else if (_well.TryGetValue(package, out List<DateTimeOffset>? times))
                    times.Add(updated.At);
                else
                    _well.Add(package, [updated.At]);
            }
        }
    }
}
