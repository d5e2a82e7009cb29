namespace NodeGuard.Api.Tests.Drain.Cases;

/// <summary>Evictions under PodDisruptionBudgets, as the server decides them.</summary>
internal static class Budgets
{
    private const string Soon = "--timeout=7s";

    private static readonly Dictionary<string, string> Db = new() { ["app"] = "db" };

    public static IEnumerable<DrainCase> All => Blocks().Concat(Bypasses()).Concat(Several());

    private static DrainCase Of(string name, Action<Stage> setup, string flags, string kubectl) => new("Budgets", name, setup, flags, kubectl);

    private static IEnumerable<DrainCase> Blocks() =>
    [
        Of("a budget that allows one", static s => { s.Pod("p1", Either); s.Pod("p2", Either); s.Budget("db", "db", b => b with { MinAvailable = 1 }); }, Soon, "failed: gone p, left p; cordoned")
            .But("blocked: gone p, left p; open", Difference.Blocked, Difference.AsFound).Saying("db"),
        Of("a budget that allows all", static s => { Pods(s, 2); s.Budget("db", "db", b => b with { MinAvailable = 0 }); }, "", "ok: gone p1 p2; cordoned"),
        Of("a budget that allows none until the timeout", static s => { Pods(s, 1); s.Budget("db", "db", b => b with { MinAvailable = 1 }); }, Soon, "failed: left p1; cordoned")
            .But("blocked: left p1; open", Difference.Blocked, Difference.AsFound).Saying("PodDisruptionBudget db", "minAvailable 1", "can never allow"),
        Of("a budget that is removed while it blocks", static s =>
        {
            Pods(s, 1);
            s.Budget("db", "db", b => b with { MinAvailable = 1 });
            WireRule rule = s.On("POST", "/pods/p1/eviction", 1);
            (rule.After, rule.AfterCode) = (() => s.RemoveBudgetAsync("db"), 429);
        }, "", "ok: gone p1; cordoned"),
        Of("a budget blocks one pod, another goes", static s => { Pods(s, 1); s.Pod("x"); s.Budget("db", "db", b => b with { MinAvailable = 1 }); }, Soon, "failed: gone x, left p1; cordoned")
            .But("blocked: gone x, left p1; open", Difference.Blocked, Difference.AsFound),
        Of("maxUnavailable 0", static s => { Owned(s, 2); s.Budget("db", "db", b => b with { MaxUnavailable = 0, Replicas = 2 }); }, Soon, "failed: left p1 p2; cordoned")
            .But("blocked: left p1 p2; open", Difference.Blocked, Difference.AsFound).Saying("maxUnavailable 0"),
        Of("maxUnavailable 2 of 2", static s => { Owned(s, 2); s.Budget("db", "db", b => b with { MaxUnavailable = 2, Replicas = 2 }); }, "", "ok: gone p1 p2; cordoned"),
        Of("the budget of other pods", static s => { s.Pod("a"); s.Budget("db", "db", b => b with { MinAvailable = 1 }); }, "", "ok: gone a; cordoned"),
        Of("a blocked drain of a node that an admin had cordoned", static s => { s.Node("n", cordoned: true); Pods(s, 1); s.Budget("db", "db", b => b with { MinAvailable = 1 }); }, Soon, "failed: left p1; cordoned")
            .But("blocked: left p1; cordoned", Difference.Blocked),
        Of("a blocked drain with --keep-cordoned", static s => { Pods(s, 1); s.Budget("db", "db", b => b with { MinAvailable = 1 }); }, Soon, "failed: left p1; cordoned")
            .With("--keep-cordoned").But("blocked: left p1; cordoned", Difference.Blocked),
    ];

    private static IEnumerable<DrainCase> Bypasses() =>
    [
        Bypass("a pending pod", static p => p with { Phase = "Pending" }, always: false),
        Bypass("a pod that succeeded", static p => p with { Phase = "Succeeded" }, always: false),
        Bypass("a pod that failed", static p => p with { Phase = "Failed" }, always: false),
        Bypass("an ending pod", static p => p with { Deleted = true, Grace = 2, Ends = Ends.AfterGrace }, always: false),
        Bypass("a pod that is not ready, under AlwaysAllow", static p => p with { Ready = false }, always: true),
        Of("a pod that is not ready, the others are healthy enough", static s =>
        {
            s.Pod("a", p => p with { Labels = Db, Ready = false });
            s.Pod("b", p => p with { Labels = Db, Node = "m" });
            s.Budget("db", "db", b => b with { MinAvailable = 1 });
        }, "", "ok: gone a, left b; m open, n cordoned"),
        Of("a pod that is not ready, the others are not enough", static s =>
        {
            s.Pod("a", p => p with { Labels = Db, Ready = false });
            s.Budget("db", "db", b => b with { MinAvailable = 1 });
        }, Soon, "failed: left a; cordoned").But("blocked: left a; open", Difference.Blocked, Difference.AsFound).Saying("unhealthyPodEvictionPolicy: AlwaysAllow"),
    ];

    private static DrainCase Bypass(string name, Func<StagePod, StagePod> pod, bool always) => Of($"{name} passes a budget that allows none", s =>
    {
        s.Pod("a", p => pod(p with { Labels = Db }));
        s.Budget("db", "db", b => b with { MinAvailable = 1, AlwaysAllow = always });
    }, "", "ok: gone a; cordoned");

    private static IEnumerable<DrainCase> Several() =>
    [
        Of("two budgets select a pod until the timeout", Two, Soon, "failed: left p1; cordoned")
            .But("blocked: left p1; open", Difference.SeveralBudgets, Difference.Blocked, Difference.AsFound).Saying("db, other"),
        Of("two budgets select a pod, one is removed", static s =>
        {
            Two(s);
            WireRule rule = s.On("POST", "/pods/p1/eviction", 1);
            (rule.After, rule.AfterCode) = (() => s.RemoveBudgetAsync("other"), 500);
        }, "", "failed: left p1; cordoned").But("ok: gone p1; cordoned", Difference.SeveralBudgets),
        Of("a budget that cannot count answers 403", static s =>
        {
            Pods(s, 1);
            s.On("POST", "/pods/p1/eviction").Reply = WireReply.Failure(
                403, "Forbidden", "poddisruptionbudgets.policy \"db\" is forbidden: pdb disruptions allowed is negative");
        }, "--timeout=4s", "failed: left p1; cordoned").But("blocked: left p1; open", Difference.BudgetForbids, Difference.Blocked, Difference.AsFound),
    ];

    // Which of them goes is not said.
    private static StagePod Either(StagePod pod) => pod with { Alias = "p", Labels = Db };

    private static void Two(Stage stage)
    {
        Pods(stage, 1);
        stage.Budget("db", "db", static b => b with { MinAvailable = 0 });
        stage.Budget("other", "db", static b => b with { MinAvailable = 0 });
    }

    private static void Pods(Stage stage, int count)
    {
        for (int i = 1; i <= count; i++)
            stage.Pod($"p{i}", static p => p with { Labels = Db });
    }

    private static void Owned(Stage stage, int count)
    {
        for (int i = 1; i <= count; i++)
            stage.Pod($"p{i}", static p => p with { Labels = new Dictionary<string, string> { ["app"] = "db", ["of"] = "rs" }, Owner = "ReplicaSet/rs" });
    }
}
