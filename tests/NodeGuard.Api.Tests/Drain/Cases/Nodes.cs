namespace NodeGuard.Api.Tests.Drain.Cases;

/// <summary>Cordons, and several nodes in one command.</summary>
internal static class Nodes
{
    private static readonly WireReply Forbidden = WireReply.Failure(403, "Forbidden", "nodes is forbidden: User \"x\" cannot patch resource \"nodes\"");

    private static readonly WireReply Conflict = WireReply.Failure(
        409, "Conflict", "Operation cannot be fulfilled on nodes: the object has been modified");

    public static IEnumerable<DrainCase> All => Cordons().Concat(Several());

    private static DrainCase Of(string name, Action<Stage> setup, string flags, string kubectl) => new("Nodes", name, setup, flags, kubectl);

    private static IEnumerable<DrainCase> Cordons() =>
    [
        Of("a node that an admin had cordoned", static s => { s.Node("n", cordoned: true); s.Pod("a"); }, "", "ok: gone a; cordoned"),
        Of("a failed drain of a node that an admin had cordoned", static s => { s.Node("n", cordoned: true); s.Pod("a", p => p with { Owner = "" }); }, "", "failed: left a; cordoned"),
        Of("the cordon is refused", static s => { s.Pod("a"); s.On("PATCH", "/nodes/{n}").Reply = Forbidden; }, "", "ok: gone a; open")
            .But("failed: left a; open", Difference.Cordon).Saying("be cordoned"),
        Of("the cordon meets a conflict once", static s => { s.Pod("a"); s.On("PATCH", "/nodes/{n}", 1).Reply = Conflict; }, "", "ok: gone a; open")
            .But("ok: gone a; cordoned", Difference.Cordon),
        Of("the cordon is refused on one node of two", static s => { s.Pod("a"); s.Pod("b", p => p with { Node = "m" }); s.On("PATCH", "/nodes/{n}").Reply = Forbidden; }, "", "ok: gone a b; m cordoned, n open")
            .On("n m").But("failed: gone b, left a; m cordoned, n open", Difference.Cordon),
    ];

    private static IEnumerable<DrainCase> Several() =>
    [
        Of("two nodes", static s => { s.Pod("a"); s.Pod("b", p => p with { Node = "m" }); }, "", "ok: gone a b; m cordoned, n cordoned").On("n m"),
        Of("a node that is not named is not touched", static s => { s.Pod("a"); s.Pod("b", p => p with { Node = "m" }); }, "", "ok: gone a, left b; m open, n cordoned"),
        Of("two nodes, the first fails, the second goes on", static s => { s.Pod("a", p => p with { Owner = "" }); s.Pod("b", p => p with { Node = "m" }); }, "", "failed: gone b, left a; m cordoned, n cordoned")
            .On("n m").But("failed: gone b, left a; m cordoned, n open", Difference.AsFound),
        Of("two nodes, both fail", static s => { s.Pod("a", p => p with { Owner = "" }); s.Pod("b", p => p with { Node = "m", Volume = "emptyDir" }); }, "", "failed: left a b; m cordoned, n cordoned")
            .On("n m").But("failed: left a b; m open, n open", Difference.AsFound),
        Of("two nodes, one is blocked, one fails", static s =>
        {
            s.Pod("a", p => p with { Labels = new Dictionary<string, string> { ["app"] = "db" } });
            s.Pod("b", p => p with { Node = "m", Owner = "" });
            s.Budget("db", "db", b => b with { MinAvailable = 1 });
        }, "--timeout=6s", "failed: left a b; m cordoned, n cordoned").On("n m").But("failed: left a b; m open, n open", Difference.AsFound),
        Of("two nodes one after the other", static s => { s.Pod("a"); s.Pod("b", p => p with { Node = "m" }); }, "", "ok: gone a b; m cordoned, n cordoned").On("n m").With("--max-parallel=1"),
        Of("a DaemonSet's pod on each of two nodes", static s =>
        {
            foreach (string node in (string[])["n", "m"])
                s.Pod($"d-{node}", p => p with { Node = node, Owner = "DaemonSet/ds", Labels = new Dictionary<string, string> { ["of"] = "ds" } });
            s.Pod("a");
        }, "--ignore-daemonsets", "ok: gone a, left d-m d-n; m cordoned, n cordoned").On("n m"),
    ];
}
