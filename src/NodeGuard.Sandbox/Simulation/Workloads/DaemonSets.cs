using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Scheduling;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>Keeps one pod of a DaemonSet on every node that it may run on.</summary>
internal static class DaemonSets
{
    private const string Component = "daemonset-controller";

    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"), ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    /// <param name="set">A daemon set.</param>
    /// <param name="pods">The pods that it controls, terminating ones included.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="revisions">Its ControllerRevisions.</param>
    /// <param name="now">The cluster's time.</param>
    public static Outcome Reconcile(
        JsonObject set,
        IReadOnlyCollection<JsonObject> pods,
        IReadOnlyCollection<JsonObject> nodes,
        IReadOnlyCollection<JsonObject> revisions,
        DateTimeOffset now)
    {
        if (set.IsDeleting())
        {
            return Outcome.Nothing;
        }

        string hash = PodTemplate.Hash(set.At("spec", "template"));
        string revision = $"{set.Name()}-{hash}";
        var changes = new List<Change>();
        if (revisions.All(item => item.Name() != revision))
        {
            changes.Add(new Change.Create(Kind.ControllerRevision, ControllerRevisions.New(Kind.DaemonSet, set, revision, revisions)));
        }

        JsonObject sample = NewPod(set, "", hash);
        ILookup<string, JsonObject> byNode = pods.ToLookup(NodeOf);
        string[] wanted = [.. nodes.Where(node => ShouldRun(sample, node)).Select(Fields.Name)];
        string[] kept = [.. nodes.Where(node => ShouldStay(sample, node)).Select(Fields.Name)];
        changes.AddRange(wanted.Where(node => !byNode[node].Any()).Select(node =>
            new Change.Create(Kind.Pod, NewPod(set, node, hash)) { Announce = (set, Component) }));
        changes.AddRange(pods.Where(pod => !pod.IsDeleting() && (PodState.IsFinished(pod) || !kept.Contains(NodeOf(pod))))
            .Select(pod => new Change.Delete(Kind.Pod, pod)));
        changes.AddRange(Update(set, [.. wanted.SelectMany(node => byNode[node])], wanted.Length, hash, now));
        changes.AddRange(Status(set, byNode, wanted, hash, now));
        return new Outcome(changes, ReplicaSets.NextAvailable(pods, set.Number("spec", "minReadySeconds") ?? 0, now));
    }

    private static bool ShouldRun(JsonObject sample, JsonObject node) =>
        NodeFit.MatchesSelectors(sample, node) && NodeFit.UntoleratedTaint(sample, node, "NoSchedule", "NoExecute") is null;

    private static bool ShouldStay(JsonObject sample, JsonObject node) =>
        NodeFit.MatchesSelectors(sample, node) && NodeFit.UntoleratedTaint(sample, node, "NoExecute") is null;

    private static JsonObject NewPod(JsonObject set, string node, string hash)
    {
        JsonObject pod = PodTemplate.Pod(Kind.DaemonSet, set, set.At("spec", "template"));
        JsonObject labels = pod.Ensure("metadata", "labels");
        labels[StatefulSets.RevisionLabel] = hash;
        labels["pod-template-generation"] = (set.Number("metadata", "generation") ?? 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        JsonObject spec = pod.Ensure("spec");
        if (spec["tolerations"] is not JsonArray tolerations)
        {
            spec["tolerations"] = tolerations = [];
        }

        foreach ((string key, string effect) in Tolerated)
        {
            tolerations.Add((JsonNode)new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
        }

        if (node.Length > 0)
        {
            BindTo(spec, node);
        }

        return pod;
    }

    // The scheduler places the pod; the affinity leaves it one node.
    private static void BindTo(JsonObject spec, string node)
    {
        JsonObject affinity = spec.Ensure("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
        JsonObject[] terms = [.. affinity.Items("nodeSelectorTerms").Select(Fields.Copy)];
        if (terms.Length == 0)
        {
            terms = [[]];
        }

        foreach (JsonObject term in terms)
        {
            term["matchFields"] = new JsonArray(new JsonObject
            {
                ["key"] = "metadata.name",
                ["operator"] = "In",
                ["values"] = new JsonArray(node),
            });
        }

        affinity["nodeSelectorTerms"] = new JsonArray([.. terms]);
    }

    private static string NodeOf(JsonObject pod) => PodState.NodeName(pod) is { Length: > 0 } bound
        ? bound
        : pod.Items("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
            .SelectMany(term => term.Items("matchFields"))
            .SelectMany(field => field.Texts("values"))
            .FirstOrDefault() ?? "";

    private static IEnumerable<Change> Update(JsonObject set, JsonObject[] pods, int wanted, string hash, DateTimeOffset now)
    {
        if (set.Text("spec", "updateStrategy", "type") == "OnDelete")
        {
            return [];
        }

        JsonNode limit = set.At("spec", "updateStrategy", "rollingUpdate", "maxUnavailable") ?? JsonValue.Create(1);
        int minReady = set.Number("spec", "minReadySeconds") ?? 0;
        JsonObject[] outdated = [.. pods.Where(pod => pod.Text("metadata", "labels", StatefulSets.RevisionLabel) != hash && !pod.IsDeleting())];
        bool Serves(JsonObject pod) => PodState.IsActive(pod) && PodState.IsAvailable(pod, minReady, now);
        int room = Math.Max(1, IntOrPercent.Of(limit, wanted, roundUp: true) ?? 1) - (wanted - pods.Count(Serves));
        return outdated.Where(pod => !Serves(pod)).Concat(outdated.Where(Serves).Take(Math.Max(0, room)))
            .Select(pod => new Change.Delete(Kind.Pod, pod));
    }

    private static IEnumerable<Change> Status(
        JsonObject set, ILookup<string, JsonObject> byNode, string[] wanted, string hash, DateTimeOffset now)
    {
        int minReady = set.Number("spec", "minReadySeconds") ?? 0;
        JsonObject?[] placed = [.. wanted.Select(node => byNode[node].FirstOrDefault(PodState.IsActive))];
        int Count(Func<JsonObject, bool> test) => placed.Count(pod => pod is not null && test(pod));
        int available = Count(pod => PodState.IsAvailable(pod, minReady, now));
        return WorkloadStatus.Write(Kind.DaemonSet, set, status =>
        {
            WorkloadStatus.Count(status, "desiredNumberScheduled", wanted.Length, required: true);
            WorkloadStatus.Count(status, "currentNumberScheduled", Count(_ => true), required: true);
            WorkloadStatus.Count(
                status, "numberMisscheduled", byNode.Where(group => !wanted.Contains(group.Key)).Sum(group => group.Count(PodState.IsActive)), required: true);
            WorkloadStatus.Count(status, "numberReady", Count(PodState.IsReady), required: true);
            WorkloadStatus.Count(status, "numberAvailable", available);
            WorkloadStatus.Count(status, "numberUnavailable", wanted.Length - available);
            WorkloadStatus.Count(
                status, "updatedNumberScheduled", Count(pod => pod.Text("metadata", "labels", StatefulSets.RevisionLabel) == hash));
            WorkloadStatus.Observe(status, set);
        });
    }
}
