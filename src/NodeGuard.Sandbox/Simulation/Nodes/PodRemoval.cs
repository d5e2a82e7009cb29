using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Scheduling;

namespace NodeGuard.Sandbox.Simulation.Nodes;

/// <summary>Pods that the control plane takes away: from tainted nodes, and from nodes that are gone.</summary>
internal static class PodRemoval
{
    private const string Component = "taint-eviction-controller";

    // The real pod garbage collector's quarantine of a missing node.
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);

    /// <summary>NoExecute taints: at once without toleration, else when the shortest of the tolerations ends.</summary>
    public static Outcome ByTaints(JsonObject pod, JsonObject node, DateTimeOffset now)
    {
        if (pod.IsDeleting() || PodState.IsFinished(pod))
        {
            return Outcome.Nothing;
        }

        TimeSpan? left = null;
        foreach (JsonObject taint in node.Items("spec", "taints").Where(taint => taint.Text("effect") == "NoExecute"))
        {
            JsonObject[] tolerations = [.. pod.Items("spec", "tolerations").Where(toleration => NodeFit.Covers(toleration, taint))];
            int? seconds = tolerations.Length == 0 ? 0 : tolerations.Select(toleration => toleration.Number("tolerationSeconds")).Min();
            if (seconds is { } limit)
            {
                TimeSpan until = tolerations.Length == 0
                    ? TimeSpan.Zero
                    : (taint.Time("timeAdded") ?? now) + TimeSpan.FromSeconds(limit) - now;
                left = left is { } known && known < until ? known : until;
            }
        }

        return left is null ? Outcome.Nothing
            : left > TimeSpan.Zero ? Outcome.After(left.Value)
            : Remove(pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", null, now);
    }

    /// <param name="pod">A pod of a node that does not exist.</param>
    /// <param name="since">When the node was first missed.</param>
    /// <param name="now">The cluster's time.</param>
    public static Outcome OfMissingNode(JsonObject pod, DateTimeOffset since, DateTimeOffset now) =>
        now - since < Quarantine
            ? Outcome.After(since + Quarantine - now)
            : Remove(pod, "DeletionByPodGC", "PodGC: node no longer exists", 0, now);

    private static Outcome Remove(JsonObject pod, string reason, string message, int? grace, DateTimeOffset now)
    {
        JsonObject marked = pod.Copy();
        JsonObject status = marked.Ensure("status");
        if (grace == 0 && !PodState.IsFinished(pod))
        {
            status["phase"] = "Failed";
        }

        bool changed = status.SetCondition("DisruptionTarget", "True", reason, message, now);
        return new Outcome([
            .. changed ? (Change[])[new Change.Update(Kind.Pod, marked)] : [],
            new Change.Delete(Kind.Pod, pod, grace),
            .. grace == 0
                ? (Change[])[]
                : [new Change.Event(pod, "Normal", "TaintManagerEviction", $"Marking for deletion Pod {pod.Namespace()}/{pod.Name()}", Component)],
        ]);
    }
}
