using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;

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

    public static string Of(GuardState state) => state switch
    {
        GuardState.Starting => "starting",
        GuardState.Guarding => "guarding",
        GuardState.NothingToGuardAgainst => "nothing_to_guard_against",
        GuardState.Degraded => "degraded",
        GuardState.Restoring => "restoring",
        _ => "failed",
    };
}
