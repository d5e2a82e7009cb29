using NodeGuard.Agent.Control;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Agent.Cluster;

/// <summary>What the agent's own parts say.</summary>
/// <param name="Prevention">What keeps networkd from deleting, as configured.</param>
/// <param name="Operation">What was asked of the agent; null for what stands in the status already.</param>
/// <param name="Drift">Null where nobody looks.</param>
public sealed record AgentView(
    GuardStatus Guard, IReadOnlyList<EpisodeRecord> Episodes, HostFacts Host, string Prevention, string Version, OperationStatus? Operation = null, ImageDrift? Drift = null)
{
    /// <summary>The units that install updates; null while nobody has looked.</summary>
    public UpdatesStatus? Hold { get; init; }

    /// <summary>The packages that are to change; null while nobody has looked.</summary>
    public PendingStatus? Pending { get; init; }
}

/// <summary>The status of a GuardedNode from what the agent sees; without the heartbeat, which says nothing of the node.</summary>
public static class ClusterReport
{
    /// <param name="view">What is seen.</param>
    /// <param name="before">The status that stands: counts go on, and a condition that has not changed keeps its time.</param>
    /// <param name="now">The time of a condition that changes.</param>
    public static GuardedNodeStatus Of(AgentView view, GuardedNodeStatus? before, DateTimeOffset now)
    {
        RouteState state = StateOf(view.Guard);
        EpisodeRecord? last = view.Episodes.Count > 0 ? view.Episodes[0] : null;
        return new GuardedNodeStatus
        {
            BootId = view.Host.BootId,
            Agent = new AgentStatus { Version = view.Version, Mode = view.Guard.Mode.ToString().ToLowerInvariant(), StartedAt = Whole(view.Guard.StartedAt) },
            Image = view.Host.ImageId is null && view.Host.ImageVersion is null ? null : new ImageStatus { Id = view.Host.ImageId, Version = view.Host.ImageVersion },
            Kernel = view.Host.Kernel,
            Networkd = new NetworkdStatus { Version = view.Guard.NetworkdVersion, State = view.Guard.Networkd, Prevention = view.Prevention },
            Routes = new RoutesStatus
            {
                State = state.ToString(),
                Guarded = view.Guard.Foreign.Total,
                Missing = view.Guard.Missing.Total,
                NotRestorable = Math.Min(view.Guard.Missing.Total, last?.NotRestorable.Count ?? 0),
            },
            Episodes = new EpisodesStatus { Total = Total(view.Episodes, before?.Episodes), Last = last is null ? before?.Episodes?.Last : Told(last) },
            Silence = before?.Silence,
            // The file proves a need; what its absence means is known together with the kernels only.
            RebootRequired = view.Host.RebootRequired == true ? true : view.Pending is { } pending ? pending.Reboot.Required : view.Host.RebootRequired,
            Updates = NodeUpdatesReport.Of(view.Hold, view.Pending),
            Drift = view.Drift is { } drift ? new DriftStatus { State = drift.State.ToString(), Message = drift.Message } : null,
            Operation = view.Operation ?? before?.Operation,
            Conditions = [Intact(view.Guard, state, before, now)],
        };
    }

    /// <summary>Episodes that began after one moment, up to another.</summary>
    public static long Between(IEnumerable<EpisodeRecord> episodes, DateTimeOffset from, DateTimeOffset until) =>
        episodes.LongCount(episode => episode.StartedAt > from && episode.StartedAt <= until);

    /// <summary>Invariant 11: a guard that does not see everything does not say that all is there.</summary>
    internal static RouteState StateOf(GuardStatus guard) => guard switch
    {
        { State: GuardState.Starting or GuardState.Failed } => RouteState.Unknown,
        { State: GuardState.Restoring } => RouteState.Restoring,
        { Missing.Total: > 0 } => RouteState.Lost,
        { LedgerFull: true } => RouteState.Unknown,
        _ => RouteState.Intact,
    };

    // The history is bounded; the ids of episodes are sortable as text, so what came since is what is beyond the last told.
    private static long Total(IReadOnlyList<EpisodeRecord> episodes, EpisodesStatus? before) => before?.Last?.Id is { } told
        ? (before.Total ?? 0) + episodes.LongCount(episode => string.CompareOrdinal(episode.Id, told) > 0)
        : (before?.Total ?? 0) + episodes.Count;

    private static EpisodeStatus Told(EpisodeRecord episode) => new()
    {
        Id = episode.Id,
        StartedAt = Whole(episode.StartedAt),
        EndedAt = episode.EndedAt is { } ended ? Whole(ended) : null,
        Cause = episode.Cause,
        Lost = episode.Lost.Total,
        Restored = episode.Restored.Total,
        NotRestorable = episode.NotRestorable.Count,
        LongestGap = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{episode.LongestGapMilliseconds:0.###}ms"),
    };

    private static Condition Intact(GuardStatus guard, RouteState state, GuardedNodeStatus? before, DateTimeOffset now)
    {
        string status = state switch
        {
            RouteState.Intact => "True",
            RouteState.Unknown => "Unknown",
            _ => "False",
        };
        Condition? stood = before?.Conditions?.Find(c => c.Type == FleetConditions.RoutesIntact);
        return new Condition
        {
            Type = FleetConditions.RoutesIntact,
            Status = status,
            Reason = guard.State is GuardState.Degraded ? nameof(GuardState.Degraded) : state.ToString(),
            Message = string.Join(" ", guard.Problems),
            LastTransitionTime = stood?.Status == status && stood.LastTransitionTime is { } since ? since : Whole(now),
        };
    }

    // Kubernetes keeps whole seconds; a finer time would differ from what is read back.
    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);
}
