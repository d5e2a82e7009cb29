namespace NodeGuard.Core.Updates.Runs;

/// <summary>How the unit stands in which the tool runs.</summary>
public enum UpdateUnitState
{
    /// <summary>systemd did not tell.</summary>
    Unknown,

    /// <summary>systemd knows no such unit.</summary>
    Absent,

    /// <summary>The tool is at work, or about to be.</summary>
    Running,

    /// <summary>It ended by itself with success.</summary>
    Succeeded,

    /// <summary>It ended otherwise.</summary>
    Failed,
}

/// <summary>All that one look shows. What could not be read is null or Unknown, and leads nowhere (Invariant 11).</summary>
public sealed record UpdateRunObservation
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>The boot of the run; null when the boot id cannot be read.</summary>
    public bool? SameBoot { get; init; }

    public UpdateUnitState Unit { get; init; }

    /// <summary>The tool has written something: it has run, whatever became of its unit.</summary>
    public bool HasWritten { get; init; }

    /// <summary>dpkg is in the middle of nothing; null: not known.</summary>
    public bool? DpkgIsWhole { get; init; }

    /// <summary>What was well before and is not, one sentence each; null where that could not be found out.</summary>
    public IReadOnlyList<string>? Lacking { get; init; }

    /// <summary>How long every look has found nothing lacking; zero with the first of them.</summary>
    public TimeSpan WellFor { get; init; }
}

/// <summary>The one event that counts of all that a look shows.</summary>
public static class UpdateRunEvents
{
    /// <summary>networkd, a kubelet and its node settle within a few minutes or not by themselves.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A service that a new version breaks is active for moments between its restarts, and one that a package's script has just
    /// stopped was seen running moments ago: a host is well that has been for so long.
    /// </summary>
    public static readonly TimeSpan Steady = TimeSpan.FromSeconds(10);

    public static UpdateRunEvent Of(UpdateRun run, UpdateRunObservation seen) => run.Phase switch
    {
        UpdateRunPhase.Begun or UpdateRunPhase.Running => OfTool(run, seen),
        UpdateRunPhase.Verifying when seen.Lacking is { Count: 0 } => seen.WellFor >= Steady ? UpdateRunEvent.Well : UpdateRunEvent.Waiting,
        UpdateRunPhase.Verifying when seen.Now - run.PhaseSince >= Settling => UpdateRunEvent.StaysIll,
        _ => UpdateRunEvent.Waiting,
    };

    private static UpdateRunEvent OfTool(UpdateRun run, UpdateRunObservation seen) => seen switch
    {
        { SameBoot: null } or { Unit: UpdateUnitState.Unknown } => UpdateRunEvent.Waiting,
        { SameBoot: false } => UpdateRunEvent.HostWentDown,
        { Unit: UpdateUnitState.Running } => UpdateRunEvent.Started,
        { Unit: UpdateUnitState.Failed } => UpdateRunEvent.EndedIll,
        { Unit: UpdateUnitState.Succeeded, DpkgIsWhole: true } => UpdateRunEvent.EndedWell,
        { Unit: UpdateUnitState.Succeeded, DpkgIsWhole: false } => UpdateRunEvent.EndedIll,
        { Unit: UpdateUnitState.Succeeded } => UpdateRunEvent.Waiting,
        { Unit: UpdateUnitState.Absent } when run.Phase == UpdateRunPhase.Running || seen.HasWritten => UpdateRunEvent.LostSight,
        _ when seen.Now >= run.Deadline => UpdateRunEvent.TooLate,
        _ => UpdateRunEvent.Waiting,
    };
}
