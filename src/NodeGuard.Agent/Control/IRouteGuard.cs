using NodeGuard.Core.Routing.Reports;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Agent.Control;

/// <summary>What the rest of the agent, and through its socket the CLI, may ask of the route guard.</summary>
public interface IRouteGuard
{
    /// <summary>The latest state; cheap, never blocks the guard.</summary>
    GuardStatus Status { get; }

    /// <summary>Newest first.</summary>
    IReadOnlyList<EpisodeRecord> Episodes { get; }

    /// <summary>Every object of the ledger, in restore order.</summary>
    Task<IReadOnlyList<LedgerObject>> ListAsync(CancellationToken cancellation);

    /// <summary>Reads the kernel anew and tells where it and the ledger differ.</summary>
    Task<IReadOnlyList<LedgerDifference>> DiffAsync(CancellationToken cancellation);

    /// <summary>Restores everything that <see cref="DiffAsync"/> would call missing, and waits for the kernel's answers.</summary>
    Task<RestoreReport> RestoreAsync(CancellationToken cancellation);

    /// <summary>Declares that the object with this ledger id must exist, whoever deletes it.</summary>
    Task<PinOutcome> PinAsync(string objectId, CancellationToken cancellation);

    Task<PinOutcome> UnpinAsync(string objectId, CancellationToken cancellation);

    /// <summary>What happens from now on; a slow reader loses the oldest events, never slows the guard.</summary>
    IAsyncEnumerable<RouteEvent> WatchAsync(CancellationToken cancellation);
}

public enum GuardMode
{
    Observe,
    Restore,
}

/// <summary>Whether the guard does its work, from "nothing to guard against" to "blind".</summary>
public enum GuardState
{
    Starting,

    /// <summary>networkd runs and every part of the guard works.</summary>
    Guarding,

    /// <summary>No networkd on this host: deletions are recorded, none is undone.</summary>
    NothingToGuardAgainst,

    /// <summary>Guarding with a part missing; <see cref="GuardStatus.Problems"/> says which.</summary>
    Degraded,

    /// <summary>An episode runs.</summary>
    Restoring,

    /// <summary>The kernel's notifications cannot be read.</summary>
    Failed,
}

public sealed record GuardStatus
{
    public required GuardState State { get; init; }

    public required GuardMode Mode { get; init; }

    /// <summary>One sentence each: what is missing, and what to do about it.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>For example "257.8-1~deb13u1"; null when unknown or absent.</summary>
    public string? NetworkdVersion { get; init; }

    /// <summary>running, stopped, disabled, absent or unknown.</summary>
    public required string Networkd { get; init; }

    public required IReadOnlyList<uint> NetworkdPortIds { get; init; }

    public required ObjectCounts Foreign { get; init; }

    public required ObjectCounts NetworkdOwned { get; init; }

    public required ObjectCounts Missing { get; init; }

    public required int Pinned { get; init; }

    /// <summary>The ledger reached its bound: objects that came later are not guarded.</summary>
    public required bool LedgerFull { get; init; }

    /// <summary>fifo, nice or normal: what the guard thread was allowed to take.</summary>
    public required string ThreadPriority { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public string? RunningEpisode { get; init; }

    /// <summary>Whether a pending update would cut this node off; null until the host's package tools have answered.</summary>
    public Hazard? Hazard { get; init; }

    /// <summary>Whether this host is what its image made it; null where nobody looks.</summary>
    public ImageDrift? Drift { get; init; }
}

/// <summary>One object of the ledger, for people and programs.</summary>
public sealed record LedgerObject
{
    /// <summary>Twelve hex digits, stable while the object's content is.</summary>
    public required string Id { get; init; }

    /// <summary>address, nexthop, route or rule.</summary>
    public required string Kind { get; init; }

    /// <summary>inet, inet6, or any for a nexthop group.</summary>
    public required string Family { get; init; }

    /// <summary>As `ip` would print it, on one line.</summary>
    public required string Text { get; init; }

    /// <summary>foreign or networkd.</summary>
    public required string Owner { get; init; }

    /// <summary>present, restoring or missing.</summary>
    public required string State { get; init; }

    public required bool Pinned { get; init; }

    /// <summary>False when a filter of the configuration says that it shall not be restored.</summary>
    public required bool Guarded { get; init; }

    /// <summary>How often this agent gave it back.</summary>
    public required int Restored { get; init; }

    public string? Table { get; init; }

    public uint? Priority { get; init; }

    public string? Protocol { get; init; }

    public string? Device { get; init; }

    /// <summary>Why it is missing, when it is.</summary>
    public string? Reason { get; init; }
}

/// <summary>Change is "missing" (in the ledger, not in the kernel) or "unknown" (in the kernel, not in the ledger).</summary>
public sealed record LedgerDifference(string Change, LedgerObject Object);

public sealed record RestoreReport(int Missing, int Restored, IReadOnlyList<NotRestorableObject> NotRestorable);

public sealed record PinOutcome(bool Done, string Message);

/// <summary>
/// Kind is lost, restored, refused, forgotten, vanished, contention, episode-started or episode-ended.
/// </summary>
public sealed record RouteEvent
{
    public required DateTimeOffset At { get; init; }

    public required string Kind { get; init; }

    public string? Object { get; init; }

    /// <summary>networkd, kernel, agent, or "process N" (its netlink portid).</summary>
    public string? By { get; init; }

    public double? GapMilliseconds { get; init; }

    public string? Detail { get; init; }
}
