namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>What is known of the node that has to prove itself, and of what was moved away for it.</summary>
public sealed record ProvingNode
{
    /// <summary>Empty while there is none.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The policy's selector matches its labels; true without a policy.</summary>
    public bool InPool { get; init; } = true;

    /// <summary>Null: not ready, or nobody knows.</summary>
    public DateTimeOffset? ReadySince { get; init; }

    /// <summary>The image that is wanted; null: any.</summary>
    public string? WantedImage { get; init; }

    /// <summary>As its agent tells; null: not told yet.</summary>
    public string? Image { get; init; }

    /// <summary>Null: its agent has not told; not asked for where the old node had no agent.</summary>
    public bool? RoutesIntact { get; init; }

    public bool NeedsAgent { get; init; }

    /// <summary>Owners of evicted pods that are not whole again, each as one phrase; null: could not be read.</summary>
    public IReadOnlyList<string>? OwnersLacking { get; init; } = [];

    /// <summary>Queries that do not hold, each as one phrase; null: could not be asked.</summary>
    public IReadOnlyList<string>? QueriesFailing { get; init; } = [];

    /// <summary>Why they could not be asked; empty when nobody said.</summary>
    public string QueriesProblem { get; init; } = string.Empty;
}

/// <param name="Message">What is waited for, or what is wrong, as one sentence.</param>
public sealed record HealthVerdict(Health Health, string Message);

/// <summary>Whether a node has proved well after its recycle.</summary>
public static class SuccessorHealth
{
    public static HealthVerdict Judge(ProvingNode node, TimeSpan minReady, DateTimeOffset now) => node switch
    {
        { Name: "" } => NotYet("waits for the new node to join"),
        { InPool: false } => new(Health.Ill, $"node {node.Name} came, and its labels put it outside the policy's pool: mend the machine's labels"),
        { WantedImage: { } wanted, Image: { } has } when wanted != has =>
            new(Health.Ill, $"node {node.Name} runs image {has}, wanted is {wanted}: mend what makes the machines, or the policy's image.version"),
        { ReadySince: null } => NotYet($"waits for node {node.Name} to be Ready"),
        { ReadySince: { } since } when now - since < minReady =>
            NotYet($"node {node.Name} is Ready since {since.UtcDateTime:HH:mm:ss} UTC, wanted are {minReady.TotalSeconds:0} s"),
        { WantedImage: { } wanted, Image: null } => new(Health.Unknown, $"waits for the agent of node {node.Name} to tell its image; wanted is {wanted}"),
        { NeedsAgent: true, RoutesIntact: null } => new(Health.Unknown, $"waits for the agent of node {node.Name} to tell whether its routes are intact"),
        { NeedsAgent: true, RoutesIntact: false } => NotYet($"the agent of node {node.Name} misses routes"),
        { OwnersLacking: null } => new(Health.Unknown, "the owners of the evicted pods cannot be read"),
        { OwnersLacking.Count: > 0 } => NotYet($"not whole again: {string.Join(", ", node.OwnersLacking)}"),
        { QueriesFailing: null } => new(Health.Unknown, node.QueriesProblem.Length > 0 ? node.QueriesProblem : "Prometheus cannot be asked"),
        { QueriesFailing.Count: > 0 } => NotYet($"queries that do not hold: {string.Join(", ", node.QueriesFailing)}"),
        _ => new(Health.Well, $"node {node.Name} is well"),
    };

    private static HealthVerdict NotYet(string message) => new(Health.NotYet, message);
}
