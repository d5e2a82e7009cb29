using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Core.Fleet.Updates;

/// <summary>What a node may install now.</summary>
/// <param name="Packages">Exactly these versions; empty when none.</param>
/// <param name="Obstacle">What stands against all of them; null when some may be installed, or none is pending.</param>
/// <param name="Until">When that is over, where it is known.</param>
internal sealed record UpdateOffer(IReadOnlyList<PackageVersion> Packages, Obstacle? Obstacle = null, DateTimeOffset? Until = null)
{
    public static UpdateOffer Nothing { get; } = new([]);

    /// <summary>The node's package manager is repaired, and nothing is installed.</summary>
    public bool Repairs { get; init; }
}

/// <summary>
/// Which pending versions may be installed on which nodes of a policy. Each version goes through the policy's waves by itself:
/// enough nodes of a wave must have it and be well, for as long as the wave soaks, before a later wave gets the very same
/// version. What the archive has by then goes the same way from the start.
/// </summary>
internal sealed class UpdateGate
{
    // The list stands in a status; what is beyond it goes through the waves once more.
    private const int MostReleased = 500;

    private readonly Policy _policy;
    private readonly UpdateStages _stages;
    private readonly Dictionary<PackageVersion, string> _halted;
    private readonly Dictionary<(string Set, int Wave), UpdateOffer> _offers = [];

    public UpdateGate(Policy policy, IReadOnlyList<Member> members, FleetState state, FleetIndex index, DateTimeOffset now)
    {
        _policy = policy;
        _stages = new UpdateStages(policy, members, state, index, now);
        _halted = state.Halted.GroupBy(static halted => halted.Package).ToDictionary(static group => group.Key, static group => group.First().Because);
    }

    public bool IsPending(FleetNode node) => PendingOf(_policy, node).Count > 0 || NeedsRepair(node);

    public UpdateOffer Offer(FleetNode node)
    {
        if (!IsPending(node))
            return UpdateOffer.Nothing;
        if (_policy.OnHazard == HazardResponse.Wait && node.Hazard != HazardState.None)
            return new UpdateOffer([], new Obstacle(ObstacleKind.UpdateHazard, node.HazardReason.Length > 0 ? node.HazardReason : "its agent has not told whether there is one"));
        // It brings nothing new that a wave would have to prove.
        if (NeedsRepair(node))
            return new UpdateOffer([]) { Repairs = true };
        int wave = _stages.OwnWave(node);
        if (!_offers.TryGetValue((node.Pending!.Key, wave), out UpdateOffer? offer))
            _offers.Add((node.Pending.Key, wave), offer = Choose(PendingOf(_policy, node), wave));
        return offer;
    }

    /// <summary>What has come through all waves and is pending somewhere, by name: no wave is asked for it again.</summary>
    public IReadOnlyList<PackageVersion> Released(IReadOnlyList<Member> members) =>
    [
        .. _stages.Passed(members.Where(member => PendingOf(_policy, member.Node).Count > 0).DistinctBy(static member => member.Node.Pending!.Key, StringComparer.Ordinal)
                .SelectMany(member => PendingOf(_policy, member.Node)).Distinct())
            .OrderBy(static package => package.Name, StringComparer.Ordinal).ThenBy(static package => package.Version, StringComparer.Ordinal)
            .Take(MostReleased),
    ];

    /// <summary>The node starts now, and uses room of the waves that are under way.</summary>
    public void Take(IReadOnlyList<PackageVersion> packages)
    {
        if (_stages.Take(packages))
            _offers.Clear();
    }

    public static IReadOnlyList<PackageVersion> PendingOf(Policy policy, FleetNode node) =>
        policy.Updates == UpdateMode.Coordinated && node is { Interrupted: false, Pending: { } pending } ? pending.Of(policy.UpdateScope) : [];

    private bool NeedsRepair(FleetNode node) => _policy.Repairs && node.Interrupted;

    private UpdateOffer Choose(IReadOnlyList<PackageVersion> pending, int wave)
    {
        var chosen = new List<PackageVersion>(pending.Count);
        (Obstacle Obstacle, DateTimeOffset? Until)? first = null;
        foreach (PackageVersion package in pending)
        {
            if (_halted.TryGetValue(package, out string? because))
                first ??= (new Obstacle(ObstacleKind.UpdateHalted, $"{package}: {because}"), null);
            else if (_stages.Refuse(package, wave) is { } refusal)
                first ??= (new Obstacle(ObstacleKind.UpdateWave, $"{package}: {refusal.Why}"), refusal.Until);
            else
                chosen.Add(package);
        }

        return chosen.Count > 0 ? new UpdateOffer(chosen) : new UpdateOffer([], first!.Value.Obstacle, first.Value.Until);
    }
}
