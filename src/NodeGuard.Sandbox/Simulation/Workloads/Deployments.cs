using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>Rolls a Deployment's ReplicaSets towards its template.</summary>
internal static class Deployments
{
    public const string Revision = "deployment.kubernetes.io/revision";
    private const string HashLabel = "pod-template-hash";
    private const string Component = "deployment-controller";

    /// <param name="deployment">A deployment.</param>
    /// <param name="sets">The ReplicaSets that it controls.</param>
    /// <param name="livePods">How many pods of these sets exist, terminating ones included.</param>
    /// <param name="now">The cluster's time.</param>
    public static Outcome Reconcile(
        JsonObject deployment, IReadOnlyCollection<JsonObject> sets, int livePods, DateTimeOffset now)
    {
        if (deployment.IsDeleting())
        {
            return Outcome.Nothing;
        }

        JsonObject? current = sets.FirstOrDefault(set => SameTemplate(deployment, set));
        JsonObject[] old = [.. sets.Where(set => set != current).OrderBy(RevisionOf)];
        var changes = new List<Change>();
        if (deployment.Flag("spec", "paused"))
        {
            changes.AddRange(ScaleNewest(deployment, current ?? old.LastOrDefault()));
        }
        else if (current is null)
        {
            changes.Add(NewSet(deployment, old, livePods));
        }
        else
        {
            changes.AddRange(Roll(deployment, current, old, livePods));
            changes.AddRange(DropHistory(deployment, old));
        }

        changes.AddRange(DeploymentStatus.Write(deployment, current, sets, now));
        return new Outcome(changes, DeploymentStatus.DeadlineIn(deployment, now));
    }

    /// <summary>The pods that may be there beyond the wanted ones, and those that may be missing.</summary>
    public static (int Surge, int Unavailable) Limits(JsonObject deployment)
    {
        int replicas = Wanted(deployment);
        if (deployment.Text("spec", "strategy", "type") == "Recreate")
        {
            return (0, 0);
        }

        JsonNode? rolling = deployment.At("spec", "strategy", "rollingUpdate");
        JsonNode quarter = JsonValue.Create("25%");
        int surge = IntOrPercent.Of(rolling.At("maxSurge") ?? quarter, replicas, roundUp: true) ?? 1;
        int unavailable = IntOrPercent.Of(rolling.At("maxUnavailable") ?? quarter, replicas, roundUp: false) ?? 0;
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, Math.Min(unavailable, replicas));
    }

    public static int Wanted(JsonObject item) => item.Number("spec", "replicas") ?? 1;

    private static bool SameTemplate(JsonObject deployment, JsonObject set)
    {
        JsonNode? template = set.At("spec", "template")?.DeepClone();
        (template.At("metadata", "labels") as JsonObject)?.Remove(HashLabel);
        return JsonNode.DeepEquals(template, deployment.At("spec", "template"));
    }

    private static Change.Create NewSet(JsonObject deployment, JsonObject[] old, int livePods)
    {
        string hash = PodTemplate.Hash(deployment.At("spec", "template"));
        JsonObject set = PodTemplate.Owned(Kind.ReplicaSet, Kind.Deployment, deployment);
        JsonObject template = (deployment.At("spec", "template") as JsonObject)?.Copy() ?? [];
        template.Ensure("metadata", "labels")[HashLabel] = hash;
        JsonObject selector = (deployment.At("spec", "selector") as JsonObject)?.Copy() ?? [];
        selector.Ensure("matchLabels")[HashLabel] = hash;
        JsonObject metadata = set.Ensure("metadata");
        metadata["name"] = $"{deployment.Name()}-{hash}";
        metadata["labels"] = template.At("metadata", "labels")?.DeepClone();
        metadata["annotations"] = new JsonObject { [Revision] = NextRevision(old) };
        set["spec"] = new JsonObject
        {
            ["replicas"] = FirstReplicas(deployment, old, livePods),
            ["selector"] = selector,
            ["template"] = template,
        };
        if (deployment.Number("spec", "minReadySeconds") is { } seconds)
        {
            set.Ensure("spec")["minReadySeconds"] = seconds;
        }

        return new Change.Create(Kind.ReplicaSet, set);
    }

    private static int FirstReplicas(JsonObject deployment, JsonObject[] old, int livePods)
    {
        if (deployment.Text("spec", "strategy", "type") == "Recreate")
        {
            return old.Length == 0 || (livePods == 0 && old.All(set => Wanted(set) == 0)) ? Wanted(deployment) : 0;
        }

        int room = Wanted(deployment) + Limits(deployment).Surge - old.Sum(Wanted);
        return Math.Clamp(room, 0, Wanted(deployment));
    }

    private static IEnumerable<Change> Roll(JsonObject deployment, JsonObject current, JsonObject[] old, int livePods)
    {
        bool recreate = deployment.Text("spec", "strategy", "type") == "Recreate";
        int wanted = Wanted(deployment);
        int all = Wanted(current) + old.Sum(Wanted);
        int target = recreate
            ? livePods == 0 || Wanted(current) > 0 || old.Length == 0 ? wanted : 0
            : Wanted(current) > wanted
                ? wanted
                : Wanted(current) + Math.Clamp(wanted + Limits(deployment).Surge - all, 0, wanted - Wanted(current));
        string revision = NextRevision(old);
        bool reused = RevisionOf(current) < int.Parse(revision, CultureInfo.InvariantCulture);
        string shown = reused ? revision : current.Annotation(Revision);
        if (target != Wanted(current) || reused)
        {
            foreach (Change change in Resize(deployment, current, target, shown))
            {
                yield return change;
            }
        }

        if (deployment.Annotation(Revision) != shown)
        {
            JsonObject changed = deployment.Copy();
            changed.Ensure("metadata", "annotations")[Revision] = shown;
            yield return new Change.Update(Kind.Deployment, changed);
        }

        foreach (Change change in ScaleDown(deployment, current, old, recreate))
        {
            yield return change;
        }
    }

    private static IEnumerable<Change> ScaleDown(JsonObject deployment, JsonObject current, JsonObject[] old, bool recreate)
    {
        int missing = Wanted(current) - (current.Number("status", "availableReplicas") ?? 0);
        int minimum = Wanted(deployment) - Limits(deployment).Unavailable;
        int room = recreate ? int.MaxValue : Wanted(current) + old.Sum(Wanted) - minimum - Math.Max(0, missing);
        int available = (current.Number("status", "availableReplicas") ?? 0)
            + old.Sum(set => set.Number("status", "availableReplicas") ?? 0);
        int spare = recreate ? int.MaxValue : available - minimum;
        foreach (JsonObject set in old.Where(set => Wanted(set) > 0))
        {
            // Pods that serve nobody go first and cost no availability.
            int idle = Math.Clamp(Wanted(set) - (set.Number("status", "availableReplicas") ?? 0), 0, Math.Max(0, room));
            int serving = Math.Clamp(Wanted(set) - idle, 0, Math.Max(0, Math.Min(spare, room - idle)));
            if (idle + serving > 0)
            {
                room -= idle + serving;
                spare -= serving;
                foreach (Change change in Resize(deployment, set, Wanted(set) - idle - serving, set.Annotation(Revision)))
                {
                    yield return change;
                }
            }
        }
    }

    private static IEnumerable<Change> ScaleNewest(JsonObject deployment, JsonObject? set) =>
        set is null || Wanted(set) == Wanted(deployment) || Wanted(set) == 0
            ? []
            : Resize(deployment, set, Wanted(deployment), set.Annotation(Revision));

    private static IEnumerable<Change> Resize(JsonObject deployment, JsonObject set, int replicas, string revision)
    {
        JsonObject changed = set.Copy();
        changed.Ensure("spec")["replicas"] = replicas;
        changed.Ensure("metadata", "annotations")[Revision] = revision;
        yield return new Change.Update(Kind.ReplicaSet, changed);
        if (replicas != Wanted(set))
        {
            string way = replicas > Wanted(set) ? "up" : "down";
            yield return new Change.Event(
                deployment, "Normal", "ScalingReplicaSet", $"Scaled {way} replica set {set.Name()} from {Wanted(set)} to {replicas}", Component);
        }
    }

    private static IEnumerable<Change> DropHistory(JsonObject deployment, JsonObject[] old)
    {
        JsonObject[] empty = [.. old.Where(set => Wanted(set) == 0 && (set.Number("status", "replicas") ?? 0) == 0 && !set.IsDeleting())];
        int kept = deployment.Number("spec", "revisionHistoryLimit") ?? 10;
        return empty.Take(Math.Max(0, empty.Length - kept)).Select(set => new Change.Delete(Kind.ReplicaSet, set));
    }

    private static int RevisionOf(JsonObject set) =>
        int.TryParse(set.Annotation(Revision), CultureInfo.InvariantCulture, out int revision) ? revision : 0;

    private static string NextRevision(JsonObject[] old) =>
        (old.Select(RevisionOf).DefaultIfEmpty(0).Max() + 1).ToString(CultureInfo.InvariantCulture);
}
