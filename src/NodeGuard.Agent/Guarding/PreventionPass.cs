using NodeGuard.Agent.Metrics;
using NodeGuard.Core.Files;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Guarding;

/// <summary>What one look at prevention came to.</summary>
/// <param name="State">How far the drop-ins are in place now.</param>
/// <param name="Problems">What keeps them from their effect, and what to do about it.</param>
/// <param name="Changes">What was written and removed, each with its reason.</param>
internal sealed record PreventionResult(HardeningState State, IReadOnlyList<string> Problems, IReadOnlyList<string> Changes);

/// <summary>Reads the host, plans, and does what the plan says: once.</summary>
internal sealed class PreventionPass(HostRoot root, TimeProvider time)
{
    // A networkd that stops removes its links' state files, one that starts writes them link by link: in between a link
    // looks gone, and without its drop-in this very start would flush it.
    private static readonly TimeSpan RemovalDelay = TimeSpan.FromSeconds(10);

    private readonly HostPrevention _host = new(root);
    private readonly PreventionFiles _files = new(root);
    private readonly Dictionary<string, long> _unneededSince = new(StringComparer.Ordinal);

    /// <summary>A file is not needed any more, and goes if that stays so.</summary>
    public bool WaitsToRemove => _unneededSince.Count > 0;

    /// <param name="mode">What is wished for; null to look only.</param>
    /// <param name="networkd">As last seen.</param>
    /// <param name="managerVersion">As the bus tells it; null when it does not.</param>
    /// <param name="nameOf">A link's name by its index.</param>
    public PreventionInput Read(HardenMode? mode, NetworkdView networkd, string? managerVersion, Func<int, string?> nameOf)
    {
        // The state files of a networkd that does not run are of its last life.
        ObservedLink[]? links = networkd.Process is null ? null : networkd.Links?
            .Where(link => link.State != "unmanaged")
            .Select(link => new ObservedLink(link.Index, nameOf(link.Index) ?? $"link {link.Index}", link.NetworkFile))
            .ToArray();
        return _host.Read(mode ?? HardenMode.Off, Version(managerVersion), links, static _ => null);
    }

    /// <summary>Carries out what <paramref name="mode"/> wants of a host that was read just now.</summary>
    public PreventionResult Apply(HardenMode? mode, PreventionInput input, bool networkdRuns)
    {
        if (mode is not (HardenMode.Runtime or HardenMode.Persistent))
        {
            var (problems, changes) = mode is null ? ([], []) : Do(input);
            return new PreventionResult(problems.Count > 0 ? HardeningState.Failed : Found(input), problems, changes);
        }

        if (_host.Presence(networkdRuns) is NetworkdPresence.Absent or NetworkdPresence.Disabled)
        {
            return new PreventionResult(HardeningState.Off, [], []);
        }

        var (refusals, done) = Do(input);
        string[] notes = [.. PreventionPlanner.Plan(input).Notes.Select(note => $"{note.Path}: {note.Message}")];
        HardeningState state =
            input.Version is null ? HardeningState.Unknown
            : refusals.Count > 0 ? HardeningState.Failed
            : notes.Length > 0 || (networkdRuns && input.Links is null) ? HardeningState.Partial
            : HardeningState.Applied;
        return new PreventionResult(state, [.. refusals, .. notes], done);
    }

    private (List<string> Refusals, List<string> Changes) Do(PreventionInput input)
    {
        PreventionPlan plan = WithoutHaste(PreventionPlanner.Plan(input), input.Mode);
        IReadOnlyList<FileOutcome> outcomes = _files.Apply(plan);
        Dictionary<string, string> reasons = new(StringComparer.Ordinal);
        foreach (PlannedWrite write in plan.Writes)
        {
            reasons[write.Path] = write.Why;
        }

        foreach (PlannedRemoval removal in plan.Removals)
        {
            reasons[removal.Path] = removal.Why;
        }

        return (
            [.. outcomes.Where(outcome => outcome.Change == FileChange.Refused).Select(outcome => outcome.Reason ?? outcome.Path)],
            [
                .. outcomes.Where(outcome => outcome.Change != FileChange.Refused)
                    .Select(outcome => $"{(outcome.Change == FileChange.Written ? "wrote" : "removed")} {outcome.Path}: {reasons.GetValueOrDefault(outcome.Path, "")}"),
            ]);
    }

    /// <summary>Takes out the removals that were not wanted for long enough, unless prevention is off.</summary>
    private PreventionPlan WithoutHaste(PreventionPlan plan, HardenMode mode)
    {
        foreach (string needed in _unneededSince.Keys.Except(plan.Removals.Select(removal => removal.Path)).ToArray())
        {
            _unneededSince.Remove(needed);
        }

        return mode == HardenMode.Off ? plan : plan with { Removals = [.. plan.Removals.Where(IsDue)] };
    }

    private bool IsDue(PlannedRemoval removal)
    {
        _unneededSince.TryAdd(removal.Path, time.GetTimestamp());
        return time.GetElapsedTime(_unneededSince[removal.Path]) >= RemovalDelay;
    }

    /// <summary>What a person, or an agent in another mode, left in place.</summary>
    private static HardeningState Found(PreventionInput input)
    {
        bool global = input.Existing.Any(file => file.IsOurs && file.Path == PreventionFile.PersistentGlobal);
        PreventionPlan wanted = PreventionPlanner.Plan(input with { Mode = HardenMode.Runtime });
        return !global ? HardeningState.Off
            : wanted.ChangesNothing && wanted.Notes.Count == 0 ? HardeningState.Applied
            : HardeningState.Partial;
    }

    /// <summary>The bus knows the point release, the files know what an update has just brought.</summary>
    private SystemdVersion? Version(string? managerVersion)
    {
        SystemdVersion? running = SystemdVersion.Parse(managerVersion);
        SystemdVersion? installed = InstalledSystemd.Version(root);
        return installed is null || (installed.Value.Minor == 0 && installed.Value.Major == running?.Major) ? running : installed;
    }
}
