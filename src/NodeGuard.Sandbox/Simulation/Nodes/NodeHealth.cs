using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Nodes;

/// <summary>The node lifecycle controller: a silent kubelet's conditions become Unknown, and taints follow the conditions.</summary>
internal static class NodeHealth
{
    public const string NotReadyTaint = "node.kubernetes.io/not-ready";
    public const string UnreachableTaint = "node.kubernetes.io/unreachable";
    public const string UnschedulableTaint = "node.kubernetes.io/unschedulable";
    private const string Component = "node-controller";

    /// <param name="node">The node.</param>
    /// <param name="silentSince">When its kubelet was first missed; null while it lives.</param>
    /// <param name="now">The cluster's time.</param>
    /// <param name="settings">The grace.</param>
    public static Outcome Reconcile(JsonObject node, DateTimeOffset? silentSince, DateTimeOffset now, KubeletSettings settings)
    {
        if (node.Annotation(SandboxAnnotations.Kubelet) == "none" || node.IsDeleting())
        {
            return Outcome.Nothing;
        }

        JsonObject checkedNode = node.Copy();
        TimeSpan? left = silentSince + settings.MonitorGrace - now;
        bool lost = left <= TimeSpan.Zero && Ready(node) != "Unknown";
        if (lost)
        {
            MarkUnknown(checkedNode.Ensure("status"), node, now);
        }

        SetTaints(checkedNode, now);
        var changes = new List<Change>();
        if (!JsonNode.DeepEquals(node, checkedNode))
        {
            changes.Add(new Change.Update(Kind.Node, checkedNode));
        }

        if (lost)
        {
            changes.Add(new Change.Event(node, "Normal", "NodeNotReady", $"Node {node.Name()} status is now: NodeNotReady", Component));
        }

        return new Outcome(changes, left > TimeSpan.Zero ? left : null);
    }

    public static string Ready(JsonObject node) => node.Condition("Ready").Text("status");

    /// <summary>The pod of a node that is not ready is not ready either; the kubelet takes this back when it returns.</summary>
    public static Outcome MarkPod(JsonObject pod, JsonObject node, DateTimeOffset now)
    {
        if (Ready(node) != "Unknown" || !PodState.IsReady(pod))
        {
            return Outcome.Nothing;
        }

        JsonObject marked = pod.Copy();
        marked.Ensure("status").SetCondition("Ready", "False", "NodeNotReady", "", now);
        return new Outcome([new Change.Update(Kind.Pod, marked)]);
    }

    private static void MarkUnknown(JsonObject status, JsonObject node, DateTimeOffset now)
    {
        bool never = node.Condition("Ready") is null;
        foreach (string type in (string[])["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"])
        {
            status.SetCondition(
                type, "Unknown", never ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
                never ? "Kubelet never posted node status." : "Kubelet stopped posting node status.", now);
        }
    }

    private static void SetTaints(JsonObject node, DateTimeOffset now)
    {
        string ready = Ready(node);
        JsonArray taints = node.At("spec", "taints") as JsonArray ?? [];
        int before = taints.Count;
        bool changed = Set(taints, UnreachableTaint, "NoSchedule", ready == "Unknown", now);
        changed |= Set(taints, UnreachableTaint, "NoExecute", ready == "Unknown", now);
        changed |= Set(taints, NotReadyTaint, "NoSchedule", ready == "False", now);
        changed |= Set(taints, NotReadyTaint, "NoExecute", ready == "False", now);
        changed |= Set(taints, UnschedulableTaint, "NoSchedule", node.Flag("spec", "unschedulable"), now);
        if (changed && taints.Count == 0)
        {
            node.Ensure("spec").Remove("taints");
        }
        else if (changed && before == 0)
        {
            node.Ensure("spec")["taints"] = taints.Parent is null ? taints : taints.DeepClone();
        }
    }

    private static bool Set(JsonArray taints, string key, string effect, bool wanted, DateTimeOffset now)
    {
        JsonObject? found = taints.OfType<JsonObject>().FirstOrDefault(taint => taint.Text("key") == key && taint.Text("effect") == effect);
        if (wanted == found is not null)
        {
            return false;
        }

        if (found is not null)
        {
            return taints.Remove(found);
        }

        taints.Add((JsonNode)new JsonObject { ["key"] = key, ["effect"] = effect, ["timeAdded"] = now.ToApiTime() });
        return true;
    }
}
