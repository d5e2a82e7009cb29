using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Core.Selecting;

namespace NodeGuard.Core.Tests.Draining.Preflight;

/// <summary>A small cluster: node "a" is to be drained, node "b" has room.</summary>
internal static class PreflightBuilder
{
    public static readonly OwnerKey WebSet = new("apps", "ReplicaSet", "shop", "web-1");
    public static readonly OwnerKey Web = new("apps", "Deployment", "shop", "web");

    public static PreflightNode Node(string name) => new()
    {
        Name = name,
        Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name },
        Allocatable = Amounts(("cpu", 4), ("memory", 8), ("pods", 110)),
    };

    public static PreflightPod Pod(string name, string node = "a") => new()
    {
        Namespace = "shop",
        Name = name,
        NodeName = node,
        Markings = Labels(("app", "web")),
        Controller = WebSet,
    };

    public static PreflightBudget Budget(string name = "web") => new()
    {
        Namespace = "shop",
        Name = name,
        Selector = new LabelMatch(new Dictionary<string, string> { ["app"] = "web" }, []),
        Status = new BudgetStatus(1, 3, 2, 3, null),
    };

    public static PreflightInput Cluster(IReadOnlyList<PreflightPod> pods, params PreflightBudget[] budgets) => new()
    {
        Nodes = [Node("a"), Node("b")],
        Pods = pods,
        Budgets = budgets,
        Controllers =
        [
            new PreflightController(WebSet, Web, Markings.None, 3),
            new PreflightController(Web, null, new Markings(new Dictionary<string, string> { ["team"] = "checkout" }, new Dictionary<string, string>()), 3),
        ],
    };

    public static Markings Labels(params (string Key, string Value)[] labels) => Markings.None with { Labels = labels.ToDictionary(static label => label.Key, static label => label.Value) };

    public static Markings Annotations(params (string Key, string Value)[] annotations) =>
        Markings.None with { Annotations = annotations.ToDictionary(static annotation => annotation.Key, static annotation => annotation.Value) };

    public static IReadOnlyDictionary<string, decimal> Amounts(params (string Resource, int Amount)[] amounts) =>
        amounts.ToDictionary(static amount => amount.Resource, static amount => (decimal)amount.Amount);

    public static IReadOnlyList<PreflightFinding> Examine(PreflightInput input, PreflightOptions? options = null) =>
        DrainPreflight.Examine(input, ["a"], options ?? new PreflightOptions()).Findings;
}
