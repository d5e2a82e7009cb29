using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Drills;

/// <summary>What a flush on this host did.</summary>
public sealed record DrillReport
{
    public required string Host { get; init; }

    /// <summary>Objects that the kernel did not make itself, before the restart.</summary>
    public required ObjectCounts Before { get; init; }

    /// <summary>Seen by the drill's own listener.</summary>
    public required DeletionSummary Seen { get; init; }

    /// <summary>In the dump before and not in the dump after.</summary>
    public required IReadOnlyList<SnapshotObject> Missing { get; init; }

    /// <summary>The agent's newest episode when it began in the drill; null when the agent saw no flush.</summary>
    public required EpisodeRecord? Episode { get; init; }

    /// <summary>False when networkd or the agent was still busy when the time was up: <see cref="Missing"/> may still shrink.</summary>
    public required bool Settled { get; init; }

    public bool Passed => Settled && Missing.Count == 0;
}
