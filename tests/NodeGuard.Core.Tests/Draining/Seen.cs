using NodeGuard.Core.Draining;
using NodeGuard.Core.Selecting;

namespace NodeGuard.Core.Tests.Draining;

/// <summary>Observations for tests of decisions.</summary>
internal static class Seen
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public static readonly DrainOptions Forgiving = new() { IgnoreDaemonSets = true, DeleteEmptyDirData = true, Force = true };

    public static DrainNode Node(params NodeTaint[] taints) => new()
    {
        Name = "n1",
        Uid = "node-1",
        Unschedulable = true,
        Taints = taints,
    };

    public static DrainPod Pod(string name, Dictionary<string, string>? annotations = null, Dictionary<string, string>? labels = null) => new()
    {
        Id = new PodId("shop", name, "uid-" + name),
        NodeName = "n1",
        Labels = labels ?? new Dictionary<string, string> { ["app"] = "web" },
        Annotations = annotations ?? [],
        Controller = new PodController("apps/v1", "ReplicaSet", "web", "uid-web"),
    };

    public static DrainPod DaemonSetPod(string name) => Pod(name) with { Controller = new PodController("apps/v1", "DaemonSet", "cni", "uid-cni") };

    public static DrainPod Terminating(string name, TimeSpan untilEnd) =>
        Pod(name) with { DeletionTimestamp = Now + untilEnd, DeletionGrace = TimeSpan.FromSeconds(30) };

    public static DrainBudget Budget(string name, int allowed, int healthy = 3, int desired = 3, int expected = 3, bool alwaysAllow = false) => new(
        "shop", name, new LabelMatch(new Dictionary<string, string> { ["app"] = "web" }, []), null, "1", alwaysAllow,
        allowed, healthy, desired, expected, Observed: true)
    {
        SeenAt = Now,
    };

    public static DrainSnapshot Snapshot(params DrainPod[] pods) => new()
    {
        Node = Node(),
        Options = Forgiving,
        Now = Now,
        StartedAt = Now,
        Pods = pods,
        ListedAt = Now,
        ListNeededAt = Now,
    };

    public static DrainSnapshot Answered(this DrainSnapshot seen, string pod, PodAnswerKind answer, int times = 1, TimeSpan? retryAfter = null)
    {
        var attempts = new Dictionary<string, PodAttempt>(seen.Attempts);
        PodAttempt? attempt = attempts.GetValueOrDefault("uid-" + pod);
        for (int i = 0; i < times; i++)
        {
            attempt = PodAttempt.Started(attempt).Answered(new PodAnswer(answer, $"the server said {answer}", retryAfter), seen.Now);
        }

        attempts["uid-" + pod] = attempt!;
        return seen with { Attempts = attempts };
    }

    public static DrainSnapshot With(this DrainSnapshot seen, params DrainBudget[] budgets) => seen with
    {
        Budgets = new Dictionary<string, IReadOnlyList<DrainBudget>> { ["shop"] = budgets },
        BudgetsAsked = new HashSet<string> { "shop" },
    };

    public static IReadOnlyDictionary<DaemonSetName, DaemonSetAnswer> DaemonSet(DaemonSetAnswer answer) =>
        new Dictionary<DaemonSetName, DaemonSetAnswer> { [new DaemonSetName("shop", "cni")] = answer };

    public static string[] Evicted(this DrainStep step) => [.. step.Actions.OfType<DrainAction.Evict>().Select(action => action.Pod.Name)];

    public static PodState Of(this DrainStep step, string pod) => step.Pods.Single(state => state.Pod.Id.Name == pod);
}
