using NodeGuard.Agent.Control;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Agent.Cluster;

/// <summary>The packages of this node, for its GuardedNode.</summary>
internal static class NodeUpdatesReport
{
    /// <param name="hold">Null while nobody has looked.</param>
    /// <param name="pending">Null while nobody has looked.</param>
    /// <returns>Null when nothing is known of either.</returns>
    public static NodeUpdatesStatus? Of(UpdatesStatus? hold, PendingStatus? pending)
    {
        if (hold is null && pending is null)
        {
            return null;
        }

        PackageVersionText[]? packages = pending is null ? null : PackagesOf(pending.Updates);
        return new NodeUpdatesStatus
        {
            Hold = HoldOf(hold).ToString(),
            Pending = packages?.Length,
            Security = packages?.Count(static package => package.Security == true),
            Packages = packages is { Length: > 0 } ? [.. packages.Take(PackageVersionText.Most)] : null,
            Interrupted = pending?.Updates.Interrupted is null ? null : true,
            Problem = pending is null ? null : ProblemOf(pending.Updates),
            Hazard = pending?.Hazard.State.ToString(),
            HazardMessage = pending?.Hazard.Reason,
            ListsFrom = pending?.Updates.ListsFrom is { } from ? new DateTimeOffset(from.Ticks - (from.Ticks % TimeSpan.TicksPerSecond), from.Offset) : null,
        };
    }

    /// <summary>Invariant 11: a unit that waits for systemd, or cannot be told, is not held.</summary>
    internal static UpdateHold HoldOf(UpdatesStatus? hold)
    {
        UpdateUnit[] there = [.. (hold?.Units ?? []).Where(static unit => unit.State != HoldState.Absent)];
        return hold switch
        {
            null => UpdateHold.Unknown,
            _ when there.Length == 0 => UpdateHold.NothingToHold,
            _ when there.Any(static unit => unit.State is HoldState.Unknown or HoldState.Waiting) => UpdateHold.Unknown,
            _ when there.All(static unit => unit.State is HoldState.Held or HoldState.Masked) && !hold.Permit => UpdateHold.Held,
            _ => UpdateHold.Free,
        };
    }

    // What keeps all of them back is not told as something that could be installed.
    private static PackageVersionText[]? PackagesOf(PendingUpdates updates) => updates is { Interrupted: null, Packages: { } pending }
        ?
        [
            .. pending
                .Where(static package => package is { KeptBack: KeptBackReason.None, Installed: not null, Downgrade: false })
                .OrderByDescending(static package => package.Security)
                .ThenBy(static package => package.Name, StringComparer.Ordinal).ThenBy(static package => package.Architecture, StringComparer.Ordinal)
                .Select(static package => new PackageVersionText
                {
                    Name = $"{package.Name}:{package.Architecture}",
                    Version = package.Candidate,
                    Security = package.Security ? true : null,
                }),
        ]
        : null;

    private static string? ProblemOf(PendingUpdates updates) =>
        updates.Interrupted ?? (updates.Packages is null ? string.Join("; ", updates.Problems) : null);
}
