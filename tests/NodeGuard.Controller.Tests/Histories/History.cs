using System.Globalization;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Sandbox.Simulation.Machines;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>What somebody or something does to the fleet or to its controllers.</summary>
internal enum Doing
{
    /// <summary>A person asks for a recycle of a node.</summary>
    Request,

    /// <summary>The same with force.</summary>
    RequestForced,
    Cancel,
    DeleteRecycle,

    /// <summary>Somebody takes our finalizer off a recycle and deletes it.</summary>
    RemoveRecycle,
    CordonByAdmin,
    UncordonByAdmin,
    DeleteNodeByAdmin,
    RemoveTaintByAdmin,
    NewImage,
    Budget,
    Pause,
    Unpause,
    DeletePolicy,
    Resume,
    NodeFault,
    PoolFault,
    BlockPods,
    UnblockPods,
    KillController,
    StopController,
    CutController,
    ResetController,
    SkewController,

    /// <summary>The archive gets newer packages.</summary>
    NewPackages,

    /// <summary>The same, and a node that installs them is broken by them.</summary>
    BadPackages,

    /// <summary>A person asks for the update of a node.</summary>
    RequestUpdate,
}

/// <param name="At">Since the beginning.</param>
/// <param name="Which">Of the nodes, recycles or controllers there are then, by their order.</param>
/// <param name="How">Seconds, a budget, a fault: as the deed needs.</param>
internal sealed record Deed(TimeSpan At, Doing What, int Which, int How)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds:0}s {What} {Which} {How}");
}

/// <summary>One history of a small fleet: all of it follows from this.</summary>
internal sealed record History
{
    public required int Seed { get; init; }

    public PoolProvider Provider { get; init; } = PoolProvider.Autoscaling;

    /// <summary>Recycles restart the machine in place of replacing it.</summary>
    public bool Reboot { get; init; }

    /// <summary>The new machine comes before the old one goes; for Cluster API only.</summary>
    public bool First { get; init; }

    public int Nodes { get; init; } = 3;

    public int Controllers { get; init; } = 1;

    public int MaxUnavailable { get; init; } = 1;

    /// <summary>What the judge takes for the budget, where it shall be wrong; null for the true one.</summary>
    public int? Judged { get; init; }

    /// <summary>Zero: age is no reason.</summary>
    public TimeSpan MaxAge { get; init; }

    public int Pods { get; init; } = 3;

    /// <summary>The policy coordinates updates, and drains for them as this says; null: it has no part in them.</summary>
    public UpdateDrain? Updates { get; init; }

    /// <summary>It ends when every node has the newest packages, and not only when nothing is under way.</summary>
    public bool UntilUpToDate { get; init; }

    public IReadOnlyList<Deed> Deeds { get; init; } = [];

    /// <summary>The first controller dies at this place; 0: it does not.</summary>
    public int DiesAt { get; init; }

    public override string ToString() =>
        $"seed {Seed}: {Nodes} nodes ({Provider}{(Reboot ? ", Reboot" : "")}{(First ? ", first" : "")}), {Controllers} controllers, maxUnavailable {MaxUnavailable}, "
        + $"maxAge {MaxAge.TotalMinutes:0}m, {Pods} pods{(Updates is { } drain ? $", updates, drain {drain}" : "")}{(DiesAt > 0 ? $", dies at {DiesAt}" : "")}; {string.Join("; ", Deeds)}";
}
