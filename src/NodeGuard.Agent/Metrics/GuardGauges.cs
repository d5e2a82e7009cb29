using System.Diagnostics.Metrics;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Agent.Metrics;

/// <summary>The guard's status as gauges.</summary>
internal static class GuardGauges
{
    public static void Create(Meter meter, Func<GuardStatus> status)
    {
        meter.CreateObservableGauge(
            "nodeguard_ledger_objects",
            () => OfOwner(status().Foreign, "foreign").Concat(OfOwner(status().NetworkdOwned, "networkd")),
            null,
            "Objects in the ledger, by kind and owner, missing ones included.");
        meter.CreateObservableGauge(
            "nodeguard_missing_objects", () => OfKinds(status().Missing), null, "Objects that should exist and do not.");
        meter.CreateObservableGauge("nodeguard_pinned_objects", () => (long)status().Pinned, null, "Objects that the operator pinned.");
        meter.CreateObservableGauge("nodeguard_ledger_full", () => status().LedgerFull ? 1L : 0L, null, "1 when objects came that the ledger has no room for.");
        meter.CreateObservableGauge(
            "nodeguard_episode_in_progress", () => status().RunningEpisode is null ? 0L : 1L, null, "1 while a flush is being undone.");
        meter.CreateObservableGauge(
            "nodeguard_guard_state",
            () => Enum.GetValues<GuardState>().Select(state =>
                new Measurement<long>(state == status().State ? 1 : 0, AgentMetrics.Label("state", MetricLabels.Of(state)))),
            null,
            "Whether the guard does its work; 1 for the state that holds.");
        meter.CreateObservableGauge(
            "nodeguard_observe_only", () => status().Mode == GuardMode.Observe ? 1L : 0L, null, "1 when nothing is restored by configuration.");
        meter.CreateObservableGauge("nodeguard_networkd_info", () => Networkd(status()), null, "The networkd that is watched.");
        meter.CreateObservableGauge("nodeguard_problems", () => (long)status().Problems.Count, null, "Things that keep the guard from doing all of its work.");
    }

    private static Measurement<long> Networkd(GuardStatus status) => new(
        1,
        AgentMetrics.Label("state", status.Networkd),
        AgentMetrics.Label("version", status.NetworkdVersion ?? "unknown"));

    private static IEnumerable<Measurement<long>> OfOwner(ObjectCounts counts, string owner) =>
        Numbers(counts).Select(n => new Measurement<long>(
            n.Count, AgentMetrics.Label("kind", MetricLabels.Of(n.Kind)), AgentMetrics.Label("owner", owner)));

    private static IEnumerable<Measurement<long>> OfKinds(ObjectCounts counts) =>
        Numbers(counts).Select(n => new Measurement<long>(n.Count, AgentMetrics.Label("kind", MetricLabels.Of(n.Kind))));

    private static IEnumerable<(ObjectKind Kind, int Count)> Numbers(ObjectCounts counts) =>
    [
        (ObjectKind.Address, counts.Addresses),
        (ObjectKind.Nexthop, counts.Nexthops),
        (ObjectKind.Route, counts.Routes),
        (ObjectKind.Rule, counts.Rules),
    ];
}
