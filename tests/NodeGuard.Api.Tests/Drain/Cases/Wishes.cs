namespace NodeGuard.Api.Tests.Drain.Cases;

/// <summary>What pods ask for themselves, the order of their ends, and nodes out of reach: kubectl knows none of it.</summary>
internal static class Wishes
{
    private const string Soon = "--timeout=4s";

    public static IEnumerable<DrainCase> All => Annotations().Concat(Order()).Concat(OfNodes());

    private static DrainCase Of(string name, Action<Stage> setup, string flags, string kubectl) => new("Wishes", name, setup, flags, kubectl);

    private static DrainCase Annotated(string key, string value, string flags, string nodeguard, params Difference[] because) =>
        Of($"annotation {key}: {value}", s => s.Pod("a", p => Note(p, key, value)), flags, "ok: gone a; cordoned").But(nodeguard, because);

    private static StagePod Note(StagePod pod, string key, string value) => pod with { Annotations = new Dictionary<string, string> { [key] = value } };

    private static StagePod Label(StagePod pod, string key, string value) => pod with { Labels = new Dictionary<string, string> { [key] = value } };

    private static IEnumerable<DrainCase> Annotations() =>
    [
        Annotated("nodeguard.io/drain", "skip", "", "ok: left a; cordoned", Difference.Wishes),
        Of("annotation nodeguard.io/drain: skip, on a pod that nobody owns", static s => s.Pod("a", p => Note(p, "nodeguard.io/drain", "skip") with { Owner = "" }), "", "failed: left a; cordoned")
            .But("ok: left a; cordoned", Difference.Wishes),
        Annotated("nodeguard.io/drain", "wait-for-completion", Soon, "blocked: left a; open", Difference.Wishes, Difference.Blocked, Difference.AsFound)
            .Saying("waited for until it has finished"),
        Annotated("nodeguard.io/drain", "perhaps", "", "failed: left a; open", Difference.Wishes, Difference.AsFound).Saying("wanted skip or wait-for-completion"),
        Of("annotation nodeguard.io/drain: wait-for-completion, and it finishes", static s =>
        {
            s.Pod("b");
            StagePod job = s.Pod("a", p => Note(p, "nodeguard.io/drain", "wait-for-completion"));
            s.On("POST", "/pods/b/eviction", 1).After = () => s.SetPhaseAsync(job, "Succeeded");
        }, "", "ok: gone a b; cordoned").Though(Difference.Wishes).Also(static ran => ran.Evicted is ["b", "a"] ? null : "a went before it had finished"),
        Of("label cluster.x-k8s.io/drain: skip", static s => s.Pod("a", p => Label(p, "cluster.x-k8s.io/drain", "skip")), "", "ok: gone a; cordoned").But("ok: left a; cordoned", Difference.Wishes),
        Of("label cluster.x-k8s.io/drain: wait-completed", static s => s.Pod("a", p => Label(p, "cluster.x-k8s.io/drain", "wait-completed")), Soon, "ok: gone a; cordoned")
            .But("blocked: left a; open", Difference.Wishes, Difference.Blocked, Difference.AsFound),
        Annotated("karpenter.sh/do-not-disrupt", "true", Soon, "blocked: left a; open", Difference.Wishes, Difference.Blocked, Difference.AsFound).Saying("karpenter.sh/do-not-disrupt=true"),
        Of("annotation karpenter.sh/do-not-disrupt: true, with --do-not-disrupt-for=0s", static s => s.Pod("a", p => Note(p, "karpenter.sh/do-not-disrupt", "true")), "", "ok: gone a; cordoned").With("--do-not-disrupt-for=0s"),
        Of("annotation karpenter.sh/do-not-disrupt: true, with --do-not-disrupt-for=2s", static s => s.Pod("a", p => Note(p, "karpenter.sh/do-not-disrupt", "true")), "", "ok: gone a; cordoned").With("--do-not-disrupt-for=2s"),
        Of("annotation cluster-autoscaler.kubernetes.io/safe-to-evict: false", static s => s.Pod("a", p => Note(p, "cluster-autoscaler.kubernetes.io/safe-to-evict", "false")), "", "ok: gone a; cordoned")
            .Though(Difference.Wishes).Saying("is about scaling down").Unsaid("safe-to-evict"),
    ];

    private static IEnumerable<DrainCase> Order() =>
    [
        Of("annotation nodeguard.io/drain-order", static s =>
        {
            s.Pod("a", p => Note(p, "nodeguard.io/drain-order", "20"));
            s.Pod("b", p => Note(p, "nodeguard.io/drain-order", "10"));
            s.Pod("c");
        }, "", "ok: gone a b c; cordoned").Though(Difference.Wishes).Also(static ran => ran.Evicted is ["c", "b", "a"] ? null : "not by drain-order"),
        Of("critical pods go after the ordinary", static s =>
        {
            s.Pod("a", p => p with { PriorityClass = "system-cluster-critical" });
            s.Pod("b");
        }, "", "ok: gone a b; cordoned").Though(Difference.Wishes).Also(static ran => ran.Evicted is ["b", "a"] ? null : "the critical pod did not go last"),
    ];

    private static IEnumerable<DrainCase> OfNodes() =>
    [
        Of("a DaemonSet's pod does not tolerate a NodeGuard taint", static s =>
        {
            s.Node("n", taint: "nodeguard.io/draining");
            s.Pod("a", p => p with { Owner = "DaemonSet/ds", Labels = new Dictionary<string, string> { ["of"] = "ds" } });
            s.Pod("b");
        }, "--ignore-daemonsets", "ok: gone b, left a; cordoned").But("ok: gone a b; cordoned", Difference.OwnTaints)
            .Also(static ran => ran.Evicted is ["b", "a"] ? null : "the DaemonSet's pod did not go last"),
        Of("an unreachable node: a grace of one second", static s =>
        {
            s.Node("n", unreachable: true);
            s.Pod("a", p => p with { Grace = 600, Ends = Ends.AfterGrace });
        }, "--timeout=12s", "failed: ending a; cordoned").But("ok: gone a; cordoned", Difference.Unreachable),
        Of("an unreachable node: --grace-period stands", static s =>
        {
            s.Node("n", unreachable: true);
            s.Pod("a", p => p with { Grace = 600, Ends = Ends.AfterGrace });
        }, "--grace-period=500 --timeout=4s", "failed: ending a; cordoned").But("failed: ending a; open", Difference.AsFound),
    ];
}
