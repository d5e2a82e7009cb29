using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>Keeps a ReplicaSet's number of active pods.</summary>
internal static class ReplicaSets
{
    private const string Component = "replicaset-controller";

    // What the real controller makes in one pass at most.
    private const int Burst = 500;

    /// <param name="pods">The pods that it controls.</param>
    /// <param name="orphans">Active pods without controller that its selector matches.</param>
    public static Outcome Reconcile(
        JsonObject set, IReadOnlyCollection<JsonObject> pods, IEnumerable<JsonObject> orphans, DateTimeOffset now)
    {
        var changes = new List<Change>();
        JsonObject[] active = [.. pods.Where(PodState.IsActive)];
        if (!set.IsDeleting())
        {
            JsonObject[] adopted = [.. orphans];
            changes.AddRange(adopted.Select(pod => Adopt(set, pod)));
            changes.AddRange(Scale(set, [.. active, .. adopted]));
        }

        int minReady = set.Number("spec", "minReadySeconds") ?? 0;
        changes.AddRange(Status(set, active, minReady, now));
        return new Outcome(changes, NextAvailable(active, minReady, now));
    }

    /// <summary>When the next ready pod becomes available, if one is still to.</summary>
    public static TimeSpan? NextAvailable(IEnumerable<JsonObject> pods, int minReadySeconds, DateTimeOffset now)
    {
        TimeSpan[] waits =
        [
            .. pods.Where(pod => PodState.IsReady(pod) && !PodState.IsAvailable(pod, minReadySeconds, now))
                .Select(pod => PodState.AvailableIn(pod, minReadySeconds, now)),
        ];
        return waits.Length == 0 ? null : waits.Min();
    }

    private static IEnumerable<Change> Scale(JsonObject set, JsonObject[] active)
    {
        int wanted = set.Number("spec", "replicas") ?? 1;
        for (int i = active.Length; i < Math.Min(wanted, active.Length + Burst); i++)
        {
            yield return new Change.Create(Kind.Pod, PodTemplate.Pod(Kind.ReplicaSet, set, set.At("spec", "template")))
            {
                Announce = (set, Component),
            };
        }

        foreach (JsonObject pod in active.OrderBy(Worth).ThenByDescending(Born).Take(active.Length - wanted))
        {
            yield return new Change.Delete(Kind.Pod, pod);
            yield return new Change.Event(set, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Name()}", Component);
        }
    }

    private static Change.Update Adopt(JsonObject set, JsonObject pod)
    {
        JsonObject adopted = pod.Copy();
        JsonObject metadata = adopted.Ensure("metadata");
        if (metadata["ownerReferences"] is not JsonArray owners)
        {
            metadata["ownerReferences"] = owners = [];
        }

        owners.Add((JsonNode)PodTemplate.OwnerReference(Kind.ReplicaSet, set));
        return new Change.Update(Kind.Pod, adopted);
    }

    // Least worth goes first: without node, pending, not ready, cheap by annotation.
    private static (int, int, int, int) Worth(JsonObject pod) => (
        PodState.NodeName(pod).Length == 0 ? 0 : 1,
        PodState.Phase(pod) == "Running" ? 1 : 0,
        PodState.IsReady(pod) ? 1 : 0,
        int.TryParse(pod.Annotation("controller.kubernetes.io/pod-deletion-cost"), out int cost) ? cost : 0);

    private static string Born(JsonObject pod) => pod.Text("metadata", "creationTimestamp");

    private static IEnumerable<Change> Status(JsonObject set, JsonObject[] active, int minReady, DateTimeOffset now)
    {
        JsonNode? labels = set.At("spec", "template", "metadata", "labels");
        return WorkloadStatus.Write(Kind.ReplicaSet, set, status =>
        {
            WorkloadStatus.Count(status, "replicas", active.Length, required: true);
            WorkloadStatus.Count(
                status, "fullyLabeledReplicas", active.Count(pod => LabelSelector.MatchesAll(labels, pod.At("metadata", "labels"))));
            WorkloadStatus.Count(status, "readyReplicas", active.Count(PodState.IsReady));
            WorkloadStatus.Count(status, "availableReplicas", active.Count(pod => PodState.IsAvailable(pod, minReady, now)));
            WorkloadStatus.Observe(status, set);
        });
    }
}
