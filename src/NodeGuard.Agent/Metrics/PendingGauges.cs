using System.Diagnostics.Metrics;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Agent.Metrics;

/// <summary>What is pending as gauges. What is not known has no series: 0 would say that all is done.</summary>
internal static class PendingGauges
{
    public static void Create(Meter meter, Func<PendingStatus?> status)
    {
        meter.CreateObservableGauge(
            "nodeguard_pending_packages", () => Packages(status()?.Updates.Packages), null, "Packages that would change, by what keeps them back and by archive.");
        meter.CreateObservableGauge(
            "nodeguard_reboot_required",
            () => status()?.Reboot.Required is { } required ? [new Measurement<long>(required ? 1 : 0)] : Array.Empty<Measurement<long>>(),
            null,
            "1 when the host waits for a reboot.");
        meter.CreateObservableGauge(
            "nodeguard_stale_services",
            () => status()?.StaleServices is { } services ? [new Measurement<long>(services.Count)] : Array.Empty<Measurement<long>>(),
            null,
            "Services that run code which an update has replaced.");
        meter.CreateObservableGauge(
            "nodeguard_hazard",
            () => Enum.GetValues<HazardState>().Select(state =>
                new Measurement<long>(state == (status()?.Hazard.State ?? HazardState.Unknown) ? 1 : 0, AgentMetrics.Label("state", MetricLabels.Of(state)))),
            null,
            "Whether a pending update restarts networkd on a host where that deletes foreign objects; 1 for the state that holds.");
        meter.CreateObservableGauge(
            "nodeguard_package_manager_interrupted",
            () => status() is { Updates.Packages: not null } known ? [new Measurement<long>(known.Updates.Interrupted is null ? 0 : 1)] : Array.Empty<Measurement<long>>(),
            null,
            "1 when the package manager broke off and has to be repaired.");
        meter.CreateObservableGauge(
            "nodeguard_pending_last_look_timestamp_seconds",
            () => status() is { } known ? [new Measurement<double>(known.LookedAt.ToUnixTimeMilliseconds() / 1000.0)] : Array.Empty<Measurement<double>>(),
            "s",
            "When the host's package tools were last asked.");
    }

    private static IEnumerable<Measurement<long>> Packages(IReadOnlyList<PendingPackage>? packages)
    {
        if (packages is null)
        {
            yield break;
        }

        foreach (KeptBackReason reason in Enum.GetValues<KeptBackReason>())
        {
            foreach (bool security in new[] { false, true })
            {
                yield return new Measurement<long>(
                    packages.Count(package => package.KeptBack == reason && package.Security == security),
                    AgentMetrics.Label("kept_back", MetricLabels.Of(reason)),
                    AgentMetrics.Label("security", security ? "true" : "false"));
            }
        }
    }
}
