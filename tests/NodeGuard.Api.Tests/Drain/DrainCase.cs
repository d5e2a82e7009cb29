namespace NodeGuard.Api.Tests.Drain;

/// <summary>One row of the drain's contract: a set-up, flags, and what comes of it with each program.</summary>
/// <param name="Section">The heading under which docs/drain.md lists it.</param>
/// <param name="Name">What the set-up is.</param>
/// <param name="Setup">Puts objects and hooks on the stage, the same for both programs.</param>
/// <param name="Flags">Of both programs, besides the nodes.</param>
/// <param name="Kubectl">What comes of `kubectl drain`, in the words of <see cref="Outcome"/>.</param>
public sealed record DrainCase(string Section, string Name, Action<Stage> Setup, string Flags, string Kubectl)
{
    /// <summary>The nodes of the command line, by their names on the stage; empty for none.</summary>
    public string Nodes { get; init; } = "n";

    /// <summary>Flags that only nodeguard has.</summary>
    public string OwnFlags { get; init; } = "";

    /// <summary>What comes of `nodeguard drain`.</summary>
    public string NodeGuard { get; init; } = Kubectl;

    /// <summary>Why the two differ; empty exactly when they do not.</summary>
    public IReadOnlyList<Difference> Because { get; init; } = [];

    /// <summary>Texts that nodeguard prints.</summary>
    public IReadOnlyList<string> NodeGuardSays { get; init; } = [];

    /// <summary>Texts that kubectl does not print: what nodeguard says more.</summary>
    public IReadOnlyList<string> KubectlIsSilent { get; init; } = [];

    /// <summary>More that has to hold of nodeguard's run; gives what does not.</summary>
    public Func<Ran, string?>? NodeGuardAlso { get; init; }

    public bool HasOwnCheck => NodeGuardAlso is not null;

    public DrainCase But(string nodeguard, params Difference[] because) => this with { NodeGuard = nodeguard, Because = because };

    /// <summary>The same pods and nodes in the end, and yet not the same.</summary>
    public DrainCase Though(params Difference[] because) => this with { Because = because };

    public DrainCase Saying(params string[] texts) => this with { NodeGuardSays = texts };

    public DrainCase Unsaid(params string[] texts) => this with { KubectlIsSilent = texts };

    public DrainCase With(string ownFlags) => this with { OwnFlags = ownFlags };

    public DrainCase On(string nodes) => this with { Nodes = nodes };

    public DrainCase Also(Func<Ran, string?> check) => this with { NodeGuardAlso = check };

    public override string ToString() => $"{Section}: {Name}";
}

/// <summary>A difference to kubectl that is meant.</summary>
public sealed record Difference(string Id, string Reason)
{
    public static Difference AsFound { get; } = new("as found", "A drain that fails takes back the cordon that it set; `--keep-cordoned` keeps it. kubectl leaves the node cordoned, and nobody knows whose cordon that is.");

    public static Difference Blocked { get; } = new("blocked", "Exit status 3: nothing is broken, somebody has to change a budget, a webhook or an annotation. kubectl has one status for every failure.");

    public static Difference Usage { get; } = new("usage", "Exit status 2: the command line is wrong, and no cluster was asked.");

    public static Difference LatePods { get; } = new("late pods", "The node's pods are watched and listed again before the end. kubectl lists once and misses what is bound after that.");

    public static Difference SamePod { get; } = new("same pod", "Each eviction names the pod's UID. kubectl evicts by name, and so follows a StatefulSet's pod to its new node.");

    public static Difference Retried { get; } = new("retried", "What may be answered otherwise the next time is asked for again, with growing pauses, until the timeout or two minutes of nothing else. For kubectl the first such answer is the pod's end.");

    public static Difference SeveralBudgets { get; } = new("several budgets", "The server answers 500 for a pod with several budgets. That is a block like any other, told with the budgets' names, and it ends when one of them goes.");

    public static Difference BudgetForbids { get; } = new("budget answers 403", "A budget that cannot count answers 403. That is a block, not a missing right.");

    public static Difference Webhook { get; } = new("webhook", "A webhook's no is a block, told with the webhook's words and asked again.");

    public static Difference Cordon { get; } = new("cordon", "A node that cannot be cordoned is not drained: new pods would arrive as the old ones leave. kubectl prints the failure and goes on.");

    public static Difference Wishes { get; } = new("owner's wish", "Annotations and labels by which a pod's owner says how it is to be drained; kubectl knows none.");

    public static Difference Warnings { get; } = new("warnings", "Every warning of a pod is told. In kubectl a later filter takes an earlier one's warning away.");

    public static Difference OwnTaints { get; } = new("our taints", "A DaemonSet pod that does not tolerate a NodeGuard taint on its node may not stay there: it goes last.");

    public static Difference Unreachable { get; } = new("unreachable", "On an unreachable node nobody counts the grace period: one second is asked for, and a pod a minute past its deletion is not waited for.");

    public static Difference NoNodes { get; } = new("no nodes", "A selector that selects no node is most likely a mistake, and no success.");

    public static Difference DeleteGoesOn { get; } = new("every pod", "With `--disable-eviction` one pod's failure does not keep the others.");

    public static Difference DryRun { get; } = new("dry run", "A server-side dry run asks once and ends. kubectl waits until the timeout for what no dry run can bring about: a budget to open, a pod to go.");

    public static Difference Waiting { get; } = new("waiting", "Pods are waited for through a watch; one failed read ends nothing.");

    public static Difference Volumes { get; } = new("volumes", "The drain ends when the node has let go of the volumes of the pods that went, or says which it has not. kubectl does not look at volumes.");
}
