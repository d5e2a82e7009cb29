using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Fleet.Windows;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>How the nodes that it selects are kept; a NodePolicy whose values have been read.</summary>
public sealed record Policy
{
    private static readonly HashSet<PackageVersion> NothingReleased = [];

    public required string Name { get; init; }

    public required LabelMatch Selector { get; init; }

    /// <summary>What in it cannot be used; nothing is done to its nodes while there is such a thing.</summary>
    public string? Problem { get; init; }

    public bool Paused { get; init; }

    /// <summary>Why it is frozen; null while it is not.</summary>
    public string? FrozenBecause { get; init; }

    /// <summary>Null: nodes may grow as old as they like.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How much before the end of <see cref="MaxAge"/> a node may go at the earliest.</summary>
    public TimeSpan AgeJitter { get; init; }

    /// <summary>The image version that nodes shall run; null: any.</summary>
    public string? Image { get; init; }

    /// <summary>How long a node has not been ready when it is taken for broken; null: nobody says.</summary>
    public TimeSpan? RecycleNotReadyAfter { get; init; }

    public bool RecycleOnDrift { get; init; }

    public bool RebootWhenRequired { get; init; }

    public UpdateMode Updates { get; init; }

    public UpdateScope UpdateScope { get; init; }

    public HazardResponse OnHazard { get; init; }

    /// <summary>What broke off is repaired.</summary>
    public bool Repairs { get; init; }

    /// <summary>Versions that have come through all waves, however long ago.</summary>
    public IReadOnlySet<PackageVersion> Released { get; init; } = NothingReleased;

    public DisruptionBudget Budget { get; init; } = DisruptionBudget.One;

    /// <summary>None: always open.</summary>
    public IReadOnlyList<MaintenanceWindow> Windows { get; init; } = [];

    /// <summary>Work may start in a window although it is not expected to end inside it.</summary>
    public bool AllowOverrun { get; init; }

    public IReadOnlyList<Wave> Waves { get; init; } = [];

    public ReplacementMethod Method { get; init; } = ReplacementMethod.DeleteNode;

    /// <summary>How long one recycle is expected to take, from its start until the node or its successor has proved well.</summary>
    public TimeSpan Expected { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long one takes on average, for forecasts: it tells how soon slots come back. Null: as long as expected.</summary>
    public TimeSpan? Usual { get; init; }
}

/// <summary>How many nodes may be unavailable at once, and how fast new disruptions may start.</summary>
/// <param name="MaxUnavailable">Nodes that are unavailable for any cause count.</param>
/// <param name="MaxPerZone">Of the zone's nodes; null: no limit of its own.</param>
/// <param name="MinSpacing">Between two starts.</param>
/// <param name="MaxStartsPerHour">Within any hour; null: no limit.</param>
public sealed record DisruptionBudget(
    CountOrPercent MaxUnavailable, CountOrPercent? MaxPerZone = null, TimeSpan MinSpacing = default, int? MaxStartsPerHour = null)
{
    public static DisruptionBudget One { get; } = new(CountOrPercent.Of(1));
}

/// <summary>A part of the nodes that gets a new image before the next part does.</summary>
/// <param name="Size">How many nodes have it when this wave is complete; null for a wave that a selector makes, and for the last.</param>
/// <param name="Selector">The wave's nodes; null for a wave by size, and for the last, which has all others.</param>
/// <param name="Soak">How long all of the wave must have been well before the next begins.</param>
public sealed record Wave(string Name, CountOrPercent? Size = null, LabelMatch? Selector = null, TimeSpan Soak = default);
