using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>Keeps a StatefulSet's pods: by ordinal, one after the other unless told Parallel.</summary>
internal static class StatefulSets
{
    public const string RevisionLabel = "controller-revision-hash";
    private const string Component = "statefulset-controller";

    /// <param name="set">A stateful set.</param>
    /// <param name="pods">The pods that it controls, terminating ones included.</param>
    /// <param name="revisions">Its ControllerRevisions.</param>
    /// <param name="claims">The names of the claims in its namespace.</param>
    /// <param name="now">The cluster's time.</param>
    public static Outcome Reconcile(
        JsonObject set,
        IReadOnlyCollection<JsonObject> pods,
        IReadOnlyCollection<JsonObject> revisions,
        Func<string, bool> claims,
        DateTimeOffset now)
    {
        if (set.IsDeleting())
        {
            return Outcome.Nothing;
        }

        string update = $"{set.Name()}-{PodTemplate.Hash(set.At("spec", "template"))}";
        string current = set.Text("status", "currentRevision") is { Length: > 0 } known ? known : update;
        var changes = new List<Change>();
        if (revisions.All(revision => revision.Name() != update))
        {
            changes.Add(NewRevision(set, update, revisions));
        }

        SortedDictionary<int, JsonObject> byOrdinal = [];
        foreach (JsonObject pod in pods)
        {
            if (Ordinal(set, pod) is { } ordinal)
            {
                byOrdinal[ordinal] = pod;
            }
        }

        changes.AddRange(NextSteps(set, byOrdinal, revisions, current, update, claims, now));
        int minReady = set.Number("spec", "minReadySeconds") ?? 0;
        changes.AddRange(Status(set, [.. byOrdinal.Values.Where(PodState.IsActive)], current, update, now));
        return new Outcome(changes, ReplicaSets.NextAvailable(byOrdinal.Values, minReady, now));
    }

    /// <returns>Null for a pod whose name is not of this set's form.</returns>
    public static int? Ordinal(JsonObject set, JsonObject pod)
    {
        string name = pod.Name();
        int at = name.LastIndexOf('-');
        return at > 0 && name.AsSpan(0, at).SequenceEqual(set.Name())
            && int.TryParse(name.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal)
            ? ordinal
            : null;
    }

    private static IEnumerable<Change> NextSteps(
        JsonObject set,
        SortedDictionary<int, JsonObject> pods,
        IReadOnlyCollection<JsonObject> revisions,
        string current,
        string update,
        Func<string, bool> claims,
        DateTimeOffset now)
    {
        bool ordered = set.Text("spec", "podManagementPolicy") != "Parallel";
        int start = set.Number("spec", "ordinals", "start") ?? 0;
        int end = start + Deployments.Wanted(set);
        int minReady = set.Number("spec", "minReadySeconds") ?? 0;
        int partition = start + (set.Number("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0);
        for (int ordinal = start; ordinal < end; ordinal++)
        {
            pods.TryGetValue(ordinal, out JsonObject? pod);
            if (pod is null)
            {
                bool old = ordinal < partition && current != update;
                foreach (Change change in Make(set, ordinal, old ? current : update, revisions, claims))
                {
                    yield return change;
                }
            }
            else if (PodState.IsFinished(pod) && !pod.IsDeleting())
            {
                yield return new Change.Delete(Kind.Pod, pod);
            }

            if (ordered && (pod is null || !PodState.IsActive(pod) || !PodState.IsAvailable(pod, minReady, now)))
            {
                yield break;
            }
        }

        foreach (Change change in Shrink(set, pods, start, end, ordered))
        {
            yield return change;
        }

        if (pods.Keys.All(ordinal => ordinal >= start && ordinal < end) && pods.Count == end - start
            && NextToUpdate(set, pods, partition, update, minReady, now) is { } outdated)
        {
            yield return new Change.Delete(Kind.Pod, outdated);
        }
    }

    private static IEnumerable<Change> Shrink(
        JsonObject set, SortedDictionary<int, JsonObject> pods, int start, int end, bool ordered)
    {
        foreach ((int ordinal, JsonObject pod) in pods.Where(pod => pod.Key < start || pod.Key >= end).Reverse())
        {
            if (!pod.IsDeleting())
            {
                yield return new Change.Delete(Kind.Pod, pod);
                yield return new Change.Event(
                    set, "Normal", "SuccessfulDelete", $"delete Pod {pod.Name()} in StatefulSet {set.Name()} successful", Component);
            }

            if (ordered)
            {
                yield break;
            }
        }
    }

    // From the highest ordinal down; one that is not available is waited for unless it is itself outdated.
    private static JsonObject? NextToUpdate(
        JsonObject set, SortedDictionary<int, JsonObject> pods, int partition, string update, int minReady, DateTimeOffset now)
    {
        if (set.Text("spec", "updateStrategy", "type") == "OnDelete")
        {
            return null;
        }

        foreach ((int ordinal, JsonObject pod) in pods.Reverse())
        {
            if (ordinal < partition || pod.IsDeleting())
            {
                return null;
            }

            if (pod.Text("metadata", "labels", RevisionLabel) != update)
            {
                return pod;
            }

            if (!PodState.IsAvailable(pod, minReady, now))
            {
                return null;
            }
        }

        return null;
    }

    private static IEnumerable<Change> Make(
        JsonObject set, int ordinal, string revision, IReadOnlyCollection<JsonObject> revisions, Func<string, bool> claims)
    {
        JsonNode? template = revisions.FirstOrDefault(item => item.Name() == revision).At("data", "spec", "template")
            ?? set.At("spec", "template");
        JsonObject pod = PodTemplate.Pod(Kind.StatefulSet, set, template);
        JsonObject metadata = pod.Ensure("metadata");
        string name = $"{set.Name()}-{ordinal}";
        metadata.Remove("generateName");
        metadata["name"] = name;
        JsonObject labels = metadata.Ensure("labels");
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels["apps.kubernetes.io/pod-index"] = ordinal.ToString(CultureInfo.InvariantCulture);
        labels[RevisionLabel] = revision;
        JsonObject spec = pod.Ensure("spec");
        spec["hostname"] = name;
        if (set.Text("spec", "serviceName") is { Length: > 0 } service)
        {
            spec["subdomain"] = service;
        }

        foreach (JsonObject claimTemplate in set.Items("spec", "volumeClaimTemplates"))
        {
            string claim = $"{claimTemplate.Name()}-{name}";
            AddVolume(spec, claimTemplate.Name(), claim);
            if (!claims(claim))
            {
                yield return new Change.Create(Kind.PersistentVolumeClaim, Claim(set, claimTemplate, claim));
            }
        }

        yield return new Change.Create(Kind.Pod, pod) { Announce = (set, Component) };
    }

    private static void AddVolume(JsonObject spec, string volume, string claim)
    {
        if (spec["volumes"] is not JsonArray volumes)
        {
            spec["volumes"] = volumes = [];
        }

        volumes.Add((JsonNode)new JsonObject
        {
            ["name"] = volume,
            ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim },
        });
    }

    private static JsonObject Claim(JsonObject set, JsonObject template, string name)
    {
        JsonObject claim = template.Copy();
        claim["apiVersion"] = "v1";
        claim["kind"] = "PersistentVolumeClaim";
        JsonObject metadata = claim.Ensure("metadata");
        metadata["name"] = name;
        metadata["namespace"] = set.Namespace();
        if (set.At("spec", "selector", "matchLabels") is { } labels)
        {
            metadata["labels"] = labels.DeepClone();
        }

        return claim;
    }

    private static Change.Create NewRevision(JsonObject set, string name, IReadOnlyCollection<JsonObject> revisions) =>
        new(Kind.ControllerRevision, ControllerRevisions.New(Kind.StatefulSet, set, name, revisions));

    private static IEnumerable<Change> Status(JsonObject set, JsonObject[] active, string current, string update, DateTimeOffset now)
    {
        int minReady = set.Number("spec", "minReadySeconds") ?? 0;
        int updated = active.Count(pod => pod.Text("metadata", "labels", RevisionLabel) == update);
        bool done = updated == active.Length && updated == Deployments.Wanted(set) && active.All(PodState.IsReady);
        string shown = done ? update : current;
        return WorkloadStatus.Write(Kind.StatefulSet, set, status =>
        {
            WorkloadStatus.Count(status, "replicas", active.Length, required: true);
            WorkloadStatus.Count(status, "readyReplicas", active.Count(PodState.IsReady));
            WorkloadStatus.Count(status, "availableReplicas", active.Count(pod => PodState.IsAvailable(pod, minReady, now)), required: true);
            WorkloadStatus.Count(status, "currentReplicas", active.Count(pod => pod.Text("metadata", "labels", RevisionLabel) == shown));
            WorkloadStatus.Count(status, "updatedReplicas", updated);
            status["currentRevision"] = shown;
            status["updateRevision"] = update;
            status["collisionCount"] = 0;
            WorkloadStatus.Observe(status, set);
        });
    }
}
