using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Scheduling;

/// <summary>Whether one node can take one pod, and the scheduler's words when not.</summary>
internal static class NodeFit
{
    /// <param name="pod">A pod without node.</param>
    /// <param name="node">A candidate.</param>
    /// <param name="usage">What the node's pods ask for already.</param>
    /// <returns>Null when it fits.</returns>
    public static string? WhyNot(JsonObject pod, JsonObject node, NodeUsage usage)
    {
        var cordon = new JsonObject { ["key"] = "node.kubernetes.io/unschedulable", ["effect"] = "NoSchedule" };
        if (node.Flag("spec", "unschedulable") && !Tolerates(pod, cordon))
        {
            return "node(s) were unschedulable";
        }

        if (UntoleratedTaint(pod, node, "NoSchedule", "NoExecute") is { } taint)
        {
            return $"node(s) had untolerated taint {{{taint.Text("key")}: {taint.Text("value")}}}";
        }

        if (!MatchesSelectors(pod, node))
        {
            return "node(s) didn't match Pod's node affinity/selector";
        }

        JsonNode? room = node.At("status", "allocatable");
        return usage.Pods + 1 > Quantity.Milli(room.At("pods") ?? JsonValue.Create("110")) / 1000 ? "Too many pods"
            : usage.Cpu + PodState.Requests(pod, "cpu") is var cpu && cpu > usage.Cpu && cpu > Quantity.Milli(room.At("cpu")) ? "Insufficient cpu"
            : usage.Memory + PodState.Requests(pod, "memory") is var memory && memory > usage.Memory
                && memory > Quantity.Milli(room.At("memory")) ? "Insufficient memory"
            : null;
    }

    public static bool MatchesSelectors(JsonObject pod, JsonObject node)
    {
        JsonNode? labels = node.At("metadata", "labels");
        if (!LabelSelector.MatchesAll(pod.At("spec", "nodeSelector"), labels))
        {
            return false;
        }

        JsonNode? required = pod.At("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
        return required is null || required.Items("nodeSelectorTerms").Any(term => MatchesTerm(term, node, labels));
    }

    /// <summary>The sum of the weights of the preferred terms that the node matches.</summary>
    public static int Preference(JsonObject pod, JsonObject node) =>
        pod.Items("spec", "affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution")
            .Where(term => term.At("preference") is JsonObject wanted && MatchesTerm(wanted, node, node.At("metadata", "labels")))
            .Sum(term => term.Number("weight") ?? 0);

    /// <returns>The first taint of these effects that the pod does not tolerate.</returns>
    public static JsonObject? UntoleratedTaint(JsonObject pod, JsonObject node, params string[] effects) =>
        node.Items("spec", "taints").FirstOrDefault(taint => effects.Contains(taint.Text("effect")) && !Tolerates(pod, taint));

    public static bool Tolerates(JsonObject pod, JsonObject taint) =>
        pod.Items("spec", "tolerations").Any(toleration => Covers(toleration, taint));

    /// <summary>Whether one toleration covers a taint.</summary>
    public static bool Covers(JsonObject toleration, JsonObject taint)
    {
        string key = toleration.Text("key");
        string effect = toleration.Text("effect");
        bool exists = toleration.Text("operator") == "Exists";
        return (effect.Length == 0 || effect == taint.Text("effect"))
            && (key.Length == 0 ? exists : key == taint.Text("key"))
            && (exists || toleration.Text("value") == taint.Text("value"));
    }

    // A term without expressions matches nothing.
    private static bool MatchesTerm(JsonObject term, JsonObject node, JsonNode? labels)
    {
        var name = new JsonObject { ["metadata.name"] = node.Name() };
        JsonObject[] expressions = [.. term.Items("matchExpressions")];
        JsonObject[] fields = [.. term.Items("matchFields")];
        return expressions.Length + fields.Length > 0
            && expressions.All(expression => LabelSelector.MatchesExpression(expression, labels))
            && fields.All(field => LabelSelector.MatchesExpression(field, name));
    }
}
