namespace NodeGuard.Api.Tests.Drain.Cases;

/// <summary>kubectl's flags, each with its meaning.</summary>
internal static class Flags
{
    private static readonly Dictionary<string, string> Web = new() { ["app"] = "web" };

    public static IEnumerable<DrainCase> All => Selection().Concat(Time()).Concat(DryRuns()).Concat(Deletes());

    private static DrainCase Of(string name, Action<Stage> setup, string flags, string kubectl) => new("Flags", name, setup, flags, kubectl);

    private static void One(Stage stage) => stage.Pod("a");

    private static void WebAndOther(Stage stage)
    {
        stage.Pod("a", static p => p with { Labels = Web });
        stage.Pod("b", static p => p with { Owner = "" });
    }

    private static IEnumerable<DrainCase> Selection() =>
    [
        Of("--pod-selector: only those pods are looked at", WebAndOther, "--pod-selector=app=web", "ok: gone a, left b; cordoned"),
        Of("--pod-selector with !=", WebAndOther, "--pod-selector=app!=web --force", "ok: gone b, left a; cordoned"),
        Of("--pod-selector with in", WebAndOther, "--pod-selector=app+in+(web,api)", "ok: gone a, left b; cordoned"),
        Of("--pod-selector that selects none", WebAndOther, "--pod-selector=app=none", "ok: left a b; cordoned"),
        Of("--pod-selector that is none", WebAndOther, "--pod-selector==web", "failed: left a b; open").But("usage: left a b; open", Difference.Usage),
        Of("--selector selects the nodes", static s => { s.Pod("a", p => p with { Node = "m" }); s.Pod("b"); }, "--selector=nodeguard-tests/stage={stage}", "ok: gone a b; m cordoned, n cordoned").On(""),
        Of("--selector that selects no node", One, "--selector=nodeguard-tests/stage=nobody", "ok: left a; open").On("").But("failed: left a; open", Difference.NoNodes),
        Of("--selector and a name", One, "--selector=nodeguard-tests/stage={stage}", "failed: left a; open").But("usage: left a; open", Difference.Usage),
        Of("no node at all", One, "", "failed: left a; open").On("").But("usage: left a; open", Difference.Usage),
        Of("a node that does not exist", One, "", "failed: left a; open").On("nobody"),
        Of("one node of two does not exist", One, "", "failed: left a; open").On("n nobody"),
        Of("a node named as node/NAME", One, "", "ok: gone a; cordoned").On("node/n"),
        Of("a node named twice", One, "", "ok: gone a; cordoned").On("n n"),
        Of("--chunk-size=1: every page is read", static s => { s.Pod("a"); s.Pod("b"); s.Pod("c"); }, "--chunk-size=1", "ok: gone a b c; cordoned"),
        Of("--chunk-size=0: no pages", static s => { s.Pod("a"); s.Pod("b"); s.Pod("c"); }, "--chunk-size=0", "ok: gone a b c; cordoned"),
        Of("a flag that does not exist", One, "--no-such-flag", "failed: left a; open").But("usage: left a; open", Difference.Usage),
    ];

    private static IEnumerable<DrainCase> Time() =>
    [
        Of("the pod's own grace", static s => s.Pod("a", p => p with { Grace = 2, Ends = Ends.AfterGrace }), "", "ok: gone a; cordoned"),
        Of("the pod's own grace is longer than --timeout", Slow, "--timeout=4s", "failed: ending a; cordoned").But("failed: ending a; open", Difference.AsFound),
        Of("--grace-period shortens it", Slow, "--grace-period=1 --timeout=30s", "ok: gone a; cordoned"),
        Of("--grace-period=0: at once", Slow, "--grace-period=0 --timeout=30s", "ok: gone a; cordoned"),
        Of("--grace-period=-1 is the pod's own", Slow, "--grace-period=-1 --timeout=4s", "failed: ending a; cordoned").But("failed: ending a; open", Difference.AsFound),
        Of("--timeout=0 is for ever", static s => s.Pod("a", p => p with { Grace = 2, Ends = Ends.AfterGrace }), "--timeout=0", "ok: gone a; cordoned"),
        Of("--timeout without a unit", One, "--timeout=5", "failed: left a; open").But("usage: left a; open", Difference.Usage),
        Of("a failed drain with --keep-cordoned", static s => s.Pod("a", p => p with { Owner = "" }), "", "failed: left a; cordoned").With("--keep-cordoned"),
    ];

    private static void Slow(Stage stage) => stage.Pod("a", static p => p with { Grace = 600, Ends = Ends.AfterGrace });

    private static IEnumerable<DrainCase> DryRuns() =>
    [
        Of("--dry-run=client", One, "--dry-run=client", "ok: left a; open"),
        Of("--dry-run=server", One, "--dry-run=server", "ok: left a; open"),
        Of("--dry-run=client of a pod that may not go", static s => s.Pod("a", p => p with { Owner = "" }), "--dry-run=client", "failed: left a; open"),
        Of("--dry-run=server of a pod that may not go", static s => s.Pod("a", p => p with { Owner = "" }), "--dry-run=server", "failed: left a; open"),
        Of("--dry-run=none is no dry run", One, "--dry-run=none", "ok: gone a; cordoned"),
        Of("--dry-run=maybe", One, "--dry-run=maybe", "failed: left a; open").But("usage: left a; open", Difference.Usage),
        Of("--dry-run=client under a budget that forbids it", Forbidden, "--dry-run=client", "ok: left a; open"),
        Of("--dry-run=server under a budget that forbids it", Forbidden, "--dry-run=server --timeout=4s", "failed: left a; open").But("blocked: left a; open", Difference.DryRun).Saying("budget"),
        Of("--dry-run=server with --disable-eviction", Forbidden, "--dry-run=server --disable-eviction --timeout=4s", "failed: left a; open").But("ok: left a; open", Difference.DryRun),
    ];

    private static IEnumerable<DrainCase> Deletes() =>
    [
        Of("--disable-eviction goes past budgets", Forbidden, "--disable-eviction", "ok: gone a; cordoned")
            .Also(static ran => ran.Evicted.Count > 0 ? "it evicted" : null),
        Of("--disable-eviction of a pod that is gone meanwhile", static s =>
        {
            StagePod pod = s.Pod("a");
            s.On("DELETE", "/pods/a", 1).Before = () => s.RemoveAsync(pod);
        }, "--disable-eviction", "ok: gone a; cordoned"),
        Of("--disable-eviction, one pod is refused", static s =>
        {
            s.Pod("a");
            s.Pod("b");
            s.On("DELETE", "/pods/a").Reply = WireReply.Failure(403, "Forbidden", "pods \"a\" is forbidden: no");
        }, "--disable-eviction", "failed: left a b; cordoned").But("failed: gone b, left a; open", Difference.DeleteGoesOn, Difference.AsFound),
        Of("--disable-eviction with a grace period", Slow, "--disable-eviction --grace-period=1 --timeout=30s", "ok: gone a; cordoned"),
    ];

    private static void Forbidden(Stage stage)
    {
        stage.Pod("a", static p => p with { Labels = Web });
        stage.Budget("web", "web", static b => b with { MinAvailable = 1 });
    }
}
