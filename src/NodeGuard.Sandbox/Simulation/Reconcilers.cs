using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;
using NodeGuard.Sandbox.Simulation.Scheduling;
using NodeGuard.Sandbox.Simulation.Volumes;
using NodeGuard.Sandbox.Simulation.Workloads;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>All simulated controllers: for each kind, who decides about an object.</summary>
internal sealed class Reconcilers(ClusterView view, KubeletSettings settings)
{
    private static readonly TimeSpan EventLifetime = TimeSpan.FromHours(1);

    // When an object was first seen in the state that it is in: the API's times have seconds only.
    private readonly Dictionary<string, (string State, DateTimeOffset Since)> _since = [];

    public Outcome Reconcile(ObjectKey key, DateTimeOffset now) => view.Get(key) is not { } item ? Outcome.Nothing : key.Kind switch
    {
        Kind.Node => OfNode(key, item, now),
        Kind.Pod => OfPod(key, item, now),
        Kind.ReplicaSet => ReplicaSets.Reconcile(item, [.. view.Owned(Kind.Pod, item.Uid())], OrphansOf(item), now),
        Kind.Deployment => OfDeployment(item, now),
        Kind.StatefulSet => StatefulSets.Reconcile(
            item,
            [.. view.Owned(Kind.Pod, item.Uid())],
            [.. view.Owned(Kind.ControllerRevision, item.Uid())],
            claim => view.Get(Kind.PersistentVolumeClaim, item.Namespace(), claim) is not null,
            now),
        Kind.DaemonSet => DaemonSets.Reconcile(
            item, [.. view.Owned(Kind.Pod, item.Uid())], view.All(Kind.Node), [.. view.Owned(Kind.ControllerRevision, item.Uid())], now),
        Kind.Job => Jobs.Reconcile(item, [.. view.Owned(Kind.Pod, item.Uid())], now),
        Kind.PodDisruptionBudget => DisruptionBudgets.Reconcile(item, view.InNamespace(Kind.Pod, key.Namespace), ScaleOf, now),
        Kind.PersistentVolumeClaim => VolumeBinding.Reconcile(item, view.Get(Kind.PersistentVolume, "", VolumeBinding.VolumeOf(item))),
        Kind.PersistentVolume => VolumeBinding.Reclaim(item, view.Get(
            Kind.PersistentVolumeClaim, item.Text("spec", "claimRef", "namespace"), item.Text("spec", "claimRef", "name"))),
        Kind.Event => OfEvent(item, now),
        _ => Outcome.Nothing,
    };

    public void Forget(JsonObject gone) => _since.Remove(gone.Uid());

    private Outcome OfNode(ObjectKey key, JsonObject node, DateTimeOffset now)
    {
        JsonObject? lease = view.Get(Kind.Lease, NodeHeartbeat.LeaseNamespace, node.Name());
        JsonObject[] attachments =
        [
            .. view.All(Kind.VolumeAttachment).Where(item =>
                item.Text("spec", "nodeName") == node.Name() && item.Text("spec", "attacher") == VolumeBinding.Provisioner),
        ];
        DateTimeOffset? silentSince = Since(node.Uid(), node.Annotation(SandboxAnnotations.Kubelet), now) is var since && NodeHeartbeat.IsAlive(node)
            ? null
            : since;
        string[] used = UsedVolumes(node);
        foreach (JsonObject inUse in attachments.Where(item => used.Contains(VolumeAttachments.VolumeOf(item))))
        {
            Since(inUse.Uid(), "used", now);
        }

        return InOrder(
            key,
            () => NodeHeartbeat.Reconcile(node, lease, now, settings),
            () => NodeHealth.Reconcile(node, silentSince, now, settings),
            () => VolumeAttachments.Reconcile(
                node, used, attachments, item => Since(item.Uid(), "unused", now), now, settings));
    }

    private Outcome OfPod(ObjectKey key, JsonObject pod, DateTimeOffset now)
    {
        if (PodState.NodeName(pod) is not { Length: > 0 } name)
        {
            return Scheduler.IsWaiting(pod) ? Scheduler.Schedule(pod, view, now)
                : pod.IsDeleting() ? new Outcome([new Change.Delete(Kind.Pod, pod, GraceSeconds: 0)])
                : Outcome.Nothing;
        }

        if (view.Get(Kind.Node, "", name) is not { } node)
        {
            return PodRemoval.OfMissingNode(pod, Since(pod.Uid(), "missing", now), now);
        }

        if (node.Annotation(SandboxAnnotations.Kubelet) == "none")
        {
            return Outcome.Nothing;
        }

        DateTimeOffset since = Since(pod.Uid(), PodLifecycle.StageOf(pod).ToString(), now);
        return InOrder(
            key,
            () => PodRemoval.ByTaints(pod, node, now),
            () => NodeHeartbeat.IsAlive(node) ? PodLifecycle.Step(pod, node, since, now, settings) : NodeHealth.MarkPod(pod, node, now));
    }

    private Outcome OfDeployment(JsonObject deployment, DateTimeOffset now)
    {
        JsonObject[] sets = [.. view.Owned(Kind.ReplicaSet, deployment.Uid())];
        int pods = sets.Sum(set => view.Owned(Kind.Pod, set.Uid()).Count(pod => !PodState.IsFinished(pod)));
        return Deployments.Reconcile(deployment, sets, pods, now);
    }

    private static Outcome OfEvent(JsonObject item, DateTimeOffset now)
    {
        DateTimeOffset last = item.Time("series", "lastObservedTime") ?? item.Time("lastTimestamp") ?? item.Time("eventTime") ?? now;
        DateTimeOffset made = item.Time("metadata", "creationTimestamp") ?? now;

        // What counts is when it was last written, not what its writer says in it.
        TimeSpan left = (last > made ? last : made) + EventLifetime - now;
        return left > TimeSpan.Zero ? Outcome.After(left) : new Outcome([new Change.Delete(Kind.Event, item)]);
    }

    private IEnumerable<JsonObject> OrphansOf(JsonObject set) =>
        view.InNamespace(Kind.Pod, set.Namespace()).Where(pod =>
            pod.Controller() is null && PodState.IsActive(pod) && LabelSelector.Matches(set.At("spec", "selector"), pod));

    private string[] UsedVolumes(JsonObject node) =>
    [
        .. view.PodsOn(node.Name()).Where(pod => !PodState.IsFinished(pod) || pod.IsDeleting())
            .SelectMany(pod => Triggers.ClaimsOf(pod).Select(claim => view.Get(Kind.PersistentVolumeClaim, pod.Namespace(), claim)))
            .OfType<JsonObject>().Where(claim => claim.Text("status", "phase") == "Bound")
            .Select(VolumeBinding.VolumeOf).Distinct(),
    ];

    private (int? Replicas, string Error) ScaleOf(JsonObject pod)
    {
        JsonObject owner = pod.Controller()!;
        if (!Enum.TryParse(owner.Text("kind"), out Kind kind) || kind is not (Kind.ReplicaSet or Kind.StatefulSet or Kind.Deployment))
        {
            return (null, $"{owner.Text("kind").ToLowerInvariant()}s.{owner.Text("apiVersion").Split('/')[0]} does not implement the scale subresource");
        }

        JsonObject? found = view.Get(kind, pod.Namespace(), owner.Text("name"));
        if (found is null || found.Uid() != owner.Text("uid"))
        {
            return (null, $"found no controllers for pod \"{pod.Name()}\"");
        }

        JsonObject scaled = kind == Kind.ReplicaSet && Triggers.OwnerOf(found).Select(view.Get).FirstOrDefault() is { } deployment
            ? deployment
            : found;
        return (Deployments.Wanted(scaled), "");
    }

    private DateTimeOffset Since(string uid, string state, DateTimeOffset now)
    {
        if (!_since.TryGetValue(uid, out (string State, DateTimeOffset Since) known) || known.State != state)
        {
            _since[uid] = known = (state, now);
        }

        return known.Since;
    }

    // Once the object itself is to change, the next step is decided from what it then is.
    private static Outcome InOrder(ObjectKey key, params ReadOnlySpan<Func<Outcome>> steps)
    {
        var changes = new List<Change>();
        TimeSpan? again = null;
        foreach (Func<Outcome> step in steps)
        {
            Outcome outcome = step();
            changes.AddRange(outcome.Changes);
            again = again < outcome.Again ? again : outcome.Again ?? again;
            if (outcome.Changes.Any(change => change switch
            {
                Change.Update update => ObjectKey.Of(update.Kind, update.Object) == key,
                Change.Delete delete => ObjectKey.Of(delete.Kind, delete.Object) == key,
                _ => false,
            }))
            {
                break;
            }
        }

        return new Outcome(changes, again);
    }
}
