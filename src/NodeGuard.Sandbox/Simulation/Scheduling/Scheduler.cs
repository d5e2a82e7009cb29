using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Scheduling;

/// <summary>Binds one pod to the node that suits it best; coarse, but by the real scheduler's reasons.</summary>
internal static class Scheduler
{
    private const string Component = "default-scheduler";

    /// <summary>Whether this scheduler has to find the pod a node.</summary>
    public static bool IsWaiting(JsonObject pod) =>
        PodState.NodeName(pod).Length == 0 && PodState.IsActive(pod)
        && pod.Text("spec", "schedulerName") is "" or Component
        && !pod.Items("spec", "schedulingGates").Any();

    public static Outcome Schedule(JsonObject pod, ClusterView view, DateTimeOffset now)
    {
        IReadOnlyCollection<JsonObject> nodes = view.All(Kind.Node);
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var fitting = new List<JsonObject>();
        foreach (JsonObject node in nodes)
        {
            string? reason = NodeFit.WhyNot(pod, node, view.UsageOf(node.Name())) ?? Neighbours.WhyNot(pod, node, view);
            if (reason is null)
            {
                fitting.Add(node);
            }
            else
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
        }

        return fitting.Count == 0
            ? Unschedulable(pod, Explain(nodes.Count, reasons), now)
            : Bind(pod, fitting.MinBy(node => Cost(pod, node, view))!, now);
    }

    private static string Explain(int nodes, SortedDictionary<string, int> reasons) => nodes == 0
        ? "no nodes available to schedule pods"
        : $"0/{nodes} nodes are available: {string.Join(", ", reasons.Select(reason => $"{reason.Value} {reason.Key}"))}.";

    private static (int Avoided, int Unwanted, int Siblings, long Load, int Pods, string Name) Cost(JsonObject pod, JsonObject node, ClusterView view)
    {
        string owner = pod.ControllerUid();
        NodeUsage usage = view.UsageOf(node.Name());
        long cpus = Math.Max(1, Quantity.Milli(node.At("status", "allocatable", "cpu")));
        return (
            NodeFit.UntoleratedTaint(pod, node, "PreferNoSchedule") is null ? 0 : 1,
            -NodeFit.Preference(pod, node),
            owner.Length == 0 ? 0 : view.Owned(Kind.Pod, owner).Count(other => PodState.NodeName(other) == node.Name() && PodState.IsActive(other)),
            usage.Cpu * 100 / cpus,
            usage.Pods,
            node.Name());
    }

    private static Outcome Bind(JsonObject pod, JsonObject node, DateTimeOffset now)
    {
        JsonObject bound = pod.Copy();
        bound.Ensure("spec")["nodeName"] = node.Name();
        bound.Ensure("status").SetCondition("PodScheduled", "True", "", "", now);
        return new Outcome([
            new Change.Update(Kind.Pod, bound),
            new Change.Event(pod, "Normal", "Scheduled", $"Successfully assigned {pod.Namespace()}/{pod.Name()} to {node.Name()}", Component),
        ]);
    }

    private static Outcome Unschedulable(JsonObject pod, string message, DateTimeOffset now)
    {
        JsonObject waiting = pod.Copy();
        JsonObject status = waiting.Ensure("status");
        status["phase"] ??= "Pending";
        return status.SetCondition("PodScheduled", "False", "Unschedulable", message, now)
            ? new Outcome([
                new Change.Update(Kind.Pod, waiting),
                new Change.Event(pod, "Warning", "FailedScheduling", message, Component),
            ])
            : Outcome.Nothing;
    }
}
