using System.Diagnostics.Metrics;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Updates;

namespace NodeGuard.Agent.Metrics;

/// <summary>The hold of updates as gauges; no series before the first look.</summary>
internal static class UpdateGauges
{
    public static void Create(Meter meter, Func<UpdatesStatus?> status)
    {
        meter.CreateObservableGauge(
            "nodeguard_updates_units",
            () => status() is { } seen
                ? Enum.GetValues<HoldState>().Select(state => new Measurement<long>(
                    seen.Units.Count(unit => unit.State == state), AgentMetrics.Label("state", MetricLabels.Of(state))))
                : [],
            null,
            "Units that install updates, by how it stands with them.");
        meter.CreateObservableGauge(
            "nodeguard_updates_hold_mode",
            () => status() is { Mode: { } mode }
                ? new[] { HoldMode.Off, HoldMode.Observe, HoldMode.Hold }.Select(each => new Measurement<long>(
                    each == mode ? 1 : 0, AgentMetrics.Label("mode", MetricLabels.Of(each))))
                : [],
            null,
            "What is configured to be done with updates; 1 for the mode that holds.");
        meter.CreateObservableGauge(
            "nodeguard_updates_permit", () => One(status(), static seen => seen.Permit), null, "1 while this node may update.");
        meter.CreateObservableGauge(
            "nodeguard_updates_released", () => One(status(), static seen => seen.Released), null, "1 while a person has released the hold.");
        meter.CreateObservableGauge(
            "nodeguard_updates_next_run_timestamp_seconds",
            () => status()?.Units.Min(static unit => unit.NextRun) is { } next
                ? [new Measurement<double>(next.ToUnixTimeMilliseconds() / 1000.0)]
                : Array.Empty<Measurement<double>>(),
            "s",
            "When the next timer of a unit that installs updates elapses; missing when none will.");
        meter.CreateObservableGauge(
            "nodeguard_updates_problems",
            () => status() is { } seen ? [new Measurement<long>(seen.Problems.Count)] : Array.Empty<Measurement<long>>(),
            null,
            "Things that keep the hold from its effect.");
    }

    private static IEnumerable<Measurement<long>> One(UpdatesStatus? status, Func<UpdatesStatus, bool> question) =>
        status is null ? [] : [new Measurement<long>(question(status) ? 1 : 0)];
}
