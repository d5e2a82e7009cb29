using NodeGuard.Agent.Control;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Images;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Agent.Metrics;

/// <summary>The bounded values of labels, constant strings so that counting allocates little.</summary>
internal static class MetricLabels
{
    public static string Of(ObjectKind kind) => kind switch
    {
        ObjectKind.Address => "address",
        ObjectKind.Nexthop => "nexthop",
        ObjectKind.Route => "route",
        _ => "rule",
    };

    public static string Of(EpisodeCause cause) => cause switch
    {
        EpisodeCause.UnitJob => "unit_job",
        EpisodeCause.PackageRun => "package_run",
        EpisodeCause.FoundAtStart => "found_at_start",
        _ => "unknown",
    };

    public static string Of(HardeningState state) => state switch
    {
        HardeningState.Off => "off",
        HardeningState.Applied => "applied",
        HardeningState.Partial => "partial",
        HardeningState.Failed => "failed",
        _ => "unknown",
    };

    public static string Of(HoldMode mode) => mode switch
    {
        HoldMode.Off => "off",
        HoldMode.Observe => "observe",
        _ => "hold",
    };

    public static string Of(HoldState state) => state switch
    {
        HoldState.Held => "held",
        HoldState.WouldHold => "would_hold",
        HoldState.Free => "free",
        HoldState.Waiting => "waiting",
        HoldState.Masked => "masked",
        HoldState.ForeignDropIn => "foreign_drop_in",
        HoldState.Running => "running",
        HoldState.Absent => "absent",
        _ => "unknown",
    };

    public static string Of(GuardState state) => state switch
    {
        GuardState.Starting => "starting",
        GuardState.Guarding => "guarding",
        GuardState.NothingToGuardAgainst => "nothing_to_guard_against",
        GuardState.Degraded => "degraded",
        GuardState.Restoring => "restoring",
        _ => "failed",
    };

    public static string Of(HazardState state) => state switch
    {
        HazardState.None => "none",
        HazardState.Hazard => "hazard",
        _ => "unknown",
    };

    public static string Of(DriftState state) => state switch
    {
        DriftState.None => "none",
        DriftState.Drifted => "drifted",
        _ => "unknown",
    };

    public static string Of(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Image => "image",
        DifferenceKind.Kernel => "kernel",
        DifferenceKind.Package => "package",
        DifferenceKind.File => "file",
        DifferenceKind.Mask => "mask",
        DifferenceKind.Networkd => "networkd",
        DifferenceKind.CommandLine => "command_line",
        _ => "sysctl",
    };

    public static string Of(KeptBackReason reason) => reason switch
    {
        KeptBackReason.None => "no",
        KeptBackReason.Held => "held",
        KeptBackReason.Pinned => "pinned",
        KeptBackReason.Phased => "phased",
        KeptBackReason.NeedsChanges => "needs_changes",
        _ => "blocked",
    };
}
