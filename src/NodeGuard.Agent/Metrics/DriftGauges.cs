using System.Diagnostics.Metrics;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Fleet.Guarded;

namespace NodeGuard.Agent.Metrics;

/// <summary>Where the metrics of drift are read.</summary>
internal sealed record DriftReadings(Func<ImageDrift> Latest, Func<double> CpuSeconds, Func<long> Looks);

/// <summary>Drift as gauges. What is not known has no series: 0 would say that all is as it was.</summary>
internal static class DriftGauges
{
    public static void Create(Meter meter, DriftReadings readings)
    {
        meter.CreateObservableGauge(
            "nodeguard_drift",
            () => readings.Latest().Counts.Select(static pair => new Measurement<long>(pair.Value, AgentMetrics.Label("kind", MetricLabels.Of(pair.Key)))),
            null,
            "In how much this host differs from its image, by kind.");
        meter.CreateObservableGauge(
            "nodeguard_drift_state",
            () => Enum.GetValues<DriftState>().Select(state =>
                new Measurement<long>(state == readings.Latest().State ? 1 : 0, AgentMetrics.Label("state", MetricLabels.Of(state)))),
            null,
            "Whether this host is what its image made it; 1 for the state that holds.");
        meter.CreateObservableGauge(
            "nodeguard_image_info",
            () => readings.Latest() is { ImageId: { } id, ImageVersion: { } version }
                ? [new Measurement<long>(1, AgentMetrics.Label("id", id), AgentMetrics.Label("version", version))]
                : Array.Empty<Measurement<long>>(),
            null,
            "The image that this host is measured by.");
        meter.CreateObservableGauge(
            "nodeguard_drift_last_look_timestamp_seconds",
            () => readings.Latest().LookedAt is { } at ? [new Measurement<double>(at.ToUnixTimeMilliseconds() / 1000.0)] : Array.Empty<Measurement<double>>(),
            "s",
            "When this host was last compared with its image.");
        meter.CreateObservableCounter("nodeguard_drift_looks_total", readings.Looks, null, "Comparisons of this host with its image.");
        meter.CreateObservableCounter("nodeguard_drift_cpu_seconds_total", readings.CpuSeconds, "s", "What these comparisons have cost.");
    }
}
