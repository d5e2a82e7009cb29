using System.Diagnostics.Metrics;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Metrics;

/// <summary>The last look as gauges, counted when somebody scrapes. Without a look there is no value: unknown is not zero.</summary>
internal static class FleetGauges
{
    public static void Create(Meter meter, Func<FleetSight?> sight)
    {
        Gauge(meter, sight, "nodeguard_last_look_timestamp_seconds", "When the fleet was last looked at.", static seen => [new(seen.At.ToUnixTimeMilliseconds() / 1000.0)], "s");
        Gauge(meter, sight, "nodeguard_nodes", "Nodes by policy, each in the first state that holds: recycling, leaving, not_ready, cordoned, ready. An empty policy is of nodes that none selects.", Nodes);
        Gauge(meter, sight, "nodeguard_recycles", "Recycles that have not ended, by policy, phase and most urgent reason.", Recycles);
        Gauge(meter, sight, "nodeguard_recycles_due", "Nodes that have a reason to be recycled and are not being recycled, by policy.", static seen => seen.Plan.Outlooks
            .Where(static node => node.Reasons.Count > 0 && node.Obstacle?.Kind != ObstacleKind.InProgress)
            .CountBy(static node => node.Policy).Select(static policy => Of(policy.Value, policy.Key)));
        Gauge(meter, sight, "nodeguard_outdated_nodes", "Nodes that do not run the image that their policy wants.", static seen => Policies(seen, static policy => policy.Outdated));
        Gauge(meter, sight, "nodeguard_overdue_nodes", "Nodes that are older than their policy's maxAge.", static seen => Policies(seen, static policy => policy.Overdue));
        Gauge(meter, sight, "nodeguard_deadline_slack_seconds", "Until the earliest deadline of the policy's nodes; negative when it is over.", Slack, "s");
        Gauge(meter, sight, "nodeguard_forecast_misses", "Nodes of the policy that will miss their deadline if nothing changes, by the last forecast.", static seen => OfObjects(
            seen, static policy => policy.Status?.Forecast?.Misses));
        CreateBudgets(meter, sight);
        CreateStops(meter, sight);
    }

    private static void CreateBudgets(Meter meter, Func<FleetSight?> sight)
    {
        Gauge(meter, sight, "nodeguard_budget_allowed_nodes", "How many nodes of the policy may be unavailable at once.", static seen => Policies(seen, static policy => policy.Allowed));
        Gauge(meter, sight, "nodeguard_budget_used_nodes", "How many nodes of the policy are unavailable, whatever the cause.", static seen => Policies(seen, static policy => policy.Unavailable));
        Gauge(meter, sight, "nodeguard_budget_free_nodes", "How many more nodes of the policy may go.", static seen => Policies(seen, static policy => Math.Max(0, policy.Allowed - policy.Unavailable)));
        Gauge(meter, sight, "nodeguard_fleet_budget_allowed_nodes", "How many nodes of the fleet may be unavailable at once.", static seen => [new(Allowed(seen))]);
        Gauge(meter, sight, "nodeguard_fleet_budget_used_nodes", "How many nodes of the fleet are unavailable, whatever the cause.", static seen => [new(Used(seen))]);
        Gauge(meter, sight, "nodeguard_fleet_budget_free_nodes", "How many more nodes of the fleet may go.", static seen => [new(Math.Max(0, Allowed(seen) - Used(seen)))]);
        Gauge(meter, sight, "nodeguard_slots", "Slots that recycles hold.", static seen => [new(seen.Fleet.Status?.Slots?.Count ?? 0)]);
    }

    private static void CreateStops(Meter meter, Func<FleetSight?> sight)
    {
        Gauge(meter, sight, "nodeguard_frozen", "1 while the policy is frozen for this cause.", static seen => seen.Policies.SelectMany(static policy =>
            MetricWords.Causes.Select(cause => Of(Is(policy.Status?.Freeze, cause), policy.Metadata.Name, "cause", cause))));
        Gauge(meter, sight, "nodeguard_fleet_frozen", "1 while the fleet is frozen for this cause.", static seen =>
            MetricWords.Causes.Select(cause => new Measurement<double>(Is(seen.Fleet.Status?.Freeze, cause), ControllerMetrics.Label("cause", cause))));
        Gauge(meter, sight, "nodeguard_paused", "1 while a person has paused the policy.", static seen => OfObjects(seen, static policy => policy.Spec?.Paused == true ? 1 : 0));
        Gauge(meter, sight, "nodeguard_fleet_paused", "1 while a person has paused the fleet.", static seen => [new(seen.Fleet.Spec?.Paused == true ? 1 : 0)]);
    }

    private static IEnumerable<Measurement<double>> Nodes(FleetSight seen)
    {
        // One disruption is one node: its state in the meantime is the recycle's affair.
        return seen.Plan.Outlooks
            .CountBy(static node => (node.Policy, State: StateOf(node)))
            .Select(static group => Of(group.Value, group.Key.Policy, "state", group.Key.State));
    }

    private static string StateOf(NodeOutlook node) => node switch
    {
        { Obstacle.Kind: ObstacleKind.InProgress } => "recycling",
        { Node.LeavingBecause: not null } => "leaving",
        { Node.Ready: false } => "not_ready",
        { Node.Cordoned: true } => "cordoned",
        _ => "ready",
    };

    private static IEnumerable<Measurement<double>> Recycles(FleetSight seen) => seen.Recycles
        .Where(static recycle => !RecycleReading.IsFinal(recycle))
        .CountBy(static recycle => (Policy: PolicyOf(recycle), Phase: RecycleReading.Phase(recycle), Reason: ReasonOf(recycle)))
        .Select(static group => Of(
            group.Value, group.Key.Policy,
            "phase", group.Key.Phase is { } phase ? MetricWords.Of(phase) : MetricWords.Unknown,
            "reason", MetricWords.Of(group.Key.Reason)));

    private static IEnumerable<Measurement<double>> Slack(FleetSight seen)
    {
        var earliest = new Dictionary<string, DateTimeOffset>();
        foreach (NodeOutlook node in seen.Plan.Outlooks)
        {
            if (node.Deadline is { } deadline && !(earliest.GetValueOrDefault(node.Policy, DateTimeOffset.MaxValue) <= deadline))
                earliest[node.Policy] = deadline;
        }

        return earliest.Select(policy => Of((policy.Value - seen.At).TotalSeconds, policy.Key));
    }

    internal static string PolicyOf(NodeRecycle recycle) => recycle.Status?.Node?.Policy ?? recycle.Spec?.Policy ?? string.Empty;

    internal static RecycleReason? ReasonOf(NodeRecycle recycle) => RecycleReading.Reasons(recycle) is [var first, ..] ? first : null;

    private static int Allowed(FleetSight seen) => seen.State.Budget.MaxUnavailable.UnavailableOf(seen.State.Nodes.Count);

    // A slot whose node is gone stands for a machine that is missing.
    private static int Used(FleetSight seen)
    {
        HashSet<string> held = [.. (seen.Fleet.Status?.Slots ?? []).Select(static slot => slot.NodeUid ?? string.Empty)];
        return held.Count + seen.State.Nodes.Count(node => !node.IsAvailable && !held.Contains(node.Uid));
    }

    private static double Is(FreezeStatus? freeze, string cause) => freeze is not null && MetricWords.OfCause(freeze.Cause) == cause ? 1 : 0;

    private static IEnumerable<Measurement<double>> Policies(FleetSight seen, Func<PolicyOutlook, double> value) =>
        seen.Plan.Policies.Select(policy => Of(value(policy), policy.Name));

    private static IEnumerable<Measurement<double>> OfObjects(FleetSight seen, Func<NodePolicy, double?> value)
    {
        foreach (NodePolicy policy in seen.Policies)
        {
            if (value(policy) is { } number)
                yield return Of(number, policy.Metadata.Name);
        }
    }

    private static Measurement<double> Of(double value, string? policy) => new(value, ControllerMetrics.Label("policy", policy ?? string.Empty));

    private static Measurement<double> Of(double value, string? policy, string label, string word) =>
        new(value, ControllerMetrics.Label("policy", policy ?? string.Empty), ControllerMetrics.Label(label, word));

    private static Measurement<double> Of(double value, string? policy, string label, string word, string other, string otherWord) => new(
        value, ControllerMetrics.Label("policy", policy ?? string.Empty), ControllerMetrics.Label(label, word), ControllerMetrics.Label(other, otherWord));

    private static void Gauge(
        Meter meter, Func<FleetSight?> sight, string name, string help, Func<FleetSight, IEnumerable<Measurement<double>>> values, string? unit = null) =>
        meter.CreateObservableGauge(name, () => sight() is { } seen ? values(seen) : [], unit, help);
}
