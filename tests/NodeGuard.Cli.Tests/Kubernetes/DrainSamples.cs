using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Core.Draining;

namespace NodeGuard.Cli.Tests.Kubernetes;

/// <summary>A drain of two nodes: one ends, one is blocked by a budget until its timeout.</summary>
internal static class DrainSamples
{
    public static readonly PodId Web = new("shop", "web-1-a", "u1");
    public static readonly PodId Database = new("shop", "db-0", "u2");

    public static DrainEvent[] TwoNodes =>
    [
        new DrainEvent.Cordoned(At(0), "worker-1", CordonOwner.Us, Already: false, DryRun: false),
        new DrainEvent.Cordoned(At(0), "worker-2", CordonOwner.Other, Already: true, DryRun: false),
        new DrainEvent.Planned(At(0.1), "worker-1", 1, 1),
        new DrainEvent.Skipped(At(0.1), "worker-1", new PodId("kube-system", "cni-x", "u3"), SkipReason.DaemonSet, "managed by DaemonSet cni"),
        new DrainEvent.Warning(At(0.1), "worker-1", Web, "its emptyDir volume scratch is lost"),
        new DrainEvent.Evicting(At(0.2), "worker-1", Web, Delete: false, DrainDryRun.None),
        new DrainEvent.Terminating(At(0.3), "worker-1", Web, At(30)),
        new DrainEvent.Progress(At(0.3), "worker-1", new DrainCounts(0, 1, 0, 0, 0)),
        new DrainEvent.Planned(At(0.3), "worker-2", 1, 0),
        new DrainEvent.Evicting(At(0.3), "worker-2", Database, Delete: false, DrainDryRun.None),
        new DrainEvent.Blocked(At(5), "worker-2", Database, BlockKind.Budget, ["db"], At(0.4), "needs 1 healthy pod and has 1", "a second ready pod would free it"),
        new DrainEvent.Evicted(At(6), "worker-1", Web),
        new DrainEvent.VolumesWaiting(At(6), "worker-1", ["pv-1"]),
        new DrainEvent.Finished(At(7), "worker-1", new NodeDrainResult("worker-1", DrainOutcome.Drained, "all pods are gone", CordonOwner.Us, new DrainCounts(1, 0, 0, 0, 0), [], 1, VolumeState.Detached, TimeSpan.FromSeconds(7))),
        new DrainEvent.Finished(At(60), "worker-2", new NodeDrainResult(
            "worker-2", DrainOutcome.BlockedUntilTimeout, "blocked until the timeout of 60s", CordonOwner.Other, new DrainCounts(0, 0, 1, 1, 0),
            [new LeftPod(Database, "budget db needs 1 healthy pod and has 1; a second ready pod would free it")], 0, VolumeState.NotChecked, TimeSpan.FromSeconds(60))),
    ];

    public static DrainEvent End(string node, DrainOutcome outcome) =>
        new DrainEvent.Finished(At(1), node, new NodeDrainResult(node, outcome, "so it ended", CordonOwner.None, default, [], 0, VolumeState.NotChecked, TimeSpan.FromSeconds(1)));

    public static Func<ClusterRequest, ClusterAnswer> Cluster(FakeDrain drain)
    {
        var api = new ReadOnlyApi();
        foreach (var name in new[] { "worker-1", "worker-2", "worker-3" })
            api.Add("nodes", $$$"""{"metadata":{"name":"{{{name}}}"},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"},"conditions":[{"type":"Ready","status":"True"}]}}""");
        AddShop(api);
        return _ => new ClusterAnswer.Access(api, drain);
    }

    private static void AddShop(ReadOnlyApi api)
    {
        api.Add("namespaces", """{"metadata":{"name":"shop","annotations":{"example.com/owner":"Shop people"}}}""");
        api.Add("pods", """
            {"metadata":{"namespace":"shop","name":"web-1-a","labels":{"app":"web"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","controller":true}]},
             "spec":{"nodeName":"worker-1","volumes":[{"name":"scratch","emptyDir":{}}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}
            """);
        api.Add("pods", """{"metadata":{"namespace":"shop","name":"db-0"},"spec":{"nodeName":"worker-2"},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""");
        api.Add("replicasets", """{"metadata":{"namespace":"shop","name":"web-1","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","controller":true}]},"spec":{"replicas":1}}""");
        api.Add("deployments", """{"metadata":{"namespace":"shop","name":"web","labels":{"team":"checkout"}},"spec":{"replicas":1}}""");
        api.Add("poddisruptionbudgets", """
            {"metadata":{"namespace":"shop","name":"web","generation":1},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"web"}}},
             "status":{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":1,"expectedPods":1}}
            """);
    }

    private static DateTimeOffset At(double seconds) => FixedTime.Now.AddSeconds(seconds);
}
