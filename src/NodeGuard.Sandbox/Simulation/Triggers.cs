using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>Which keys a changed object makes worth looking at.</summary>
internal static class Triggers
{
    /// <param name="view">The cluster with the change in it.</param>
    /// <param name="key">The changed object.</param>
    /// <param name="before">Null when it is new.</param>
    /// <param name="after">Null when it is gone.</param>
    public static IEnumerable<ObjectKey> Of(ClusterView view, ObjectKey key, JsonObject? before, JsonObject? after)
    {
        JsonObject item = (after ?? before)!;
        IEnumerable<ObjectKey> others = key.Kind switch
        {
            Kind.Pod => OfPod(view, before, after),
            Kind.Node => OfNode(view, before, after),
            Kind.Lease when after is null && key.Namespace == NodeHeartbeat.LeaseNamespace => [new ObjectKey(Kind.Node, "", key.Name)],
            Kind.ReplicaSet => [.. OwnerOf(item), .. Budgets(view, key.Namespace)],
            Kind.Deployment or Kind.StatefulSet => Budgets(view, key.Namespace),
            Kind.ControllerRevision => OwnerOf(item),
            Kind.VolumeAttachment => [new ObjectKey(Kind.Node, "", item.Text("spec", "nodeName"))],
            Kind.PersistentVolumeClaim =>
                [new ObjectKey(Kind.PersistentVolume, "", Volumes.VolumeBinding.VolumeOf(item)), .. UsersOf(view, item)],
            Kind.PersistentVolume => OfVolume(item),
            _ => [],
        };
        return [key, .. others];
    }

    public static IEnumerable<ObjectKey> OwnerOf(JsonObject item) =>
        item.Controller() is { } owner && Enum.TryParse(owner.Text("kind"), out Kind kind)
            ? [new ObjectKey(kind, item.Namespace(), owner.Text("name"))]
            : [];

    public static IEnumerable<string> ClaimsOf(JsonObject pod) =>
        pod.Items("spec", "volumes").Select(volume => volume.Text("persistentVolumeClaim", "claimName")).Where(name => name.Length > 0);

    private static List<ObjectKey> OfPod(ClusterView view, JsonObject? before, JsonObject? after)
    {
        JsonObject pod = (after ?? before)!;
        var keys = new List<ObjectKey>(OwnerOf(pod));
        if (after is null)
        {
            // A Recreate rollout waits for the last of the old pods, which its ReplicaSet no longer counts.
            keys.AddRange(OwnerOf(pod).Select(view.Get).OfType<JsonObject>().SelectMany(OwnerOf));
        }

        keys.AddRange(view.InNamespace(Kind.PodDisruptionBudget, pod.Namespace())
            .Where(budget => Selects(budget, before) || Selects(budget, after))
            .Select(budget => ObjectKey.Of(Kind.PodDisruptionBudget, budget)));
        if (PodState.NodeName(pod) is { Length: > 0 } node && ClaimsOf(pod).Any())
        {
            keys.Add(new ObjectKey(Kind.Node, "", node));
        }

        if (pod.Controller() is null)
        {
            keys.AddRange(view.InNamespace(Kind.ReplicaSet, pod.Namespace())
                .Where(set => LabelSelector.Matches(set.At("spec", "selector"), pod))
                .Select(set => ObjectKey.Of(Kind.ReplicaSet, set)));
        }

        return keys;
    }

    private static IEnumerable<ObjectKey> OfNode(ClusterView view, JsonObject? before, JsonObject? after)
    {
        if (before is not null && after is not null && SameFitness(before, after))
        {
            return [];
        }

        string name = (after ?? before)!.Name();
        return view.PodsOn(name).Select(pod => ObjectKey.Of(Kind.Pod, pod))
            .Concat(view.All(Kind.DaemonSet).Select(set => ObjectKey.Of(Kind.DaemonSet, set)));
    }

    /// <summary>Whether nothing changed that pods, daemon sets or the scheduler look at.</summary>
    public static bool SameFitness(JsonObject before, JsonObject after) =>
        NodeHealth.Ready(before) == NodeHealth.Ready(after)
        && Same(before, after, "spec") && Same(before, after, "metadata", "labels") && Same(before, after, "metadata", "annotations")
        && Same(before, after, "status", "allocatable");

    private static bool Same(JsonObject before, JsonObject after, params ReadOnlySpan<string> path) =>
        JsonNode.DeepEquals(before.At(path), after.At(path));

    private static bool Selects(JsonObject budget, JsonObject? pod) =>
        pod is not null && LabelSelector.Matches(budget.At("spec", "selector"), pod);

    private static IEnumerable<ObjectKey> Budgets(ClusterView view, string @namespace) =>
        view.InNamespace(Kind.PodDisruptionBudget, @namespace).Select(budget => ObjectKey.Of(Kind.PodDisruptionBudget, budget));

    private static IEnumerable<ObjectKey> UsersOf(ClusterView view, JsonObject claim) =>
        view.InNamespace(Kind.Pod, claim.Namespace())
            .Where(pod => PodState.NodeName(pod).Length > 0 && ClaimsOf(pod).Contains(claim.Name()))
            .Select(pod => new ObjectKey(Kind.Node, "", PodState.NodeName(pod)));

    private static IEnumerable<ObjectKey> OfVolume(JsonObject volume) =>
        volume.Text("spec", "claimRef", "name") is { Length: > 0 } claim
            ? [new ObjectKey(Kind.PersistentVolumeClaim, volume.Text("spec", "claimRef", "namespace"), claim)]
            : [];
}
