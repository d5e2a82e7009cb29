namespace NodeGuard.Core.Draining;

/// <summary>What is to become of one pod, before budgets and order are asked.</summary>
public abstract record PodVerdict
{
    private PodVerdict()
    {
    }

    /// <summary>What a person should know, whatever the verdict.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public sealed record Evict : PodVerdict;

    public sealed record Skip(SkipReason Reason, string Message) : PodVerdict;

    /// <summary>The options do not allow to evict it, nor to leave it.</summary>
    public sealed record Refuse(string Message) : PodVerdict;

    /// <summary>Whether its DaemonSet exists has to be asked first.</summary>
    public sealed record AskDaemonSet(DaemonSetName Name) : PodVerdict;
}

public readonly record struct DaemonSetName(string Namespace, string Name);

/// <summary>What the server said about a DaemonSet.</summary>
/// <param name="Failure">Why it could not be told; null when it could.</param>
public sealed record DaemonSetAnswer(bool Exists, string? Failure)
{
    public static DaemonSetAnswer Present { get; } = new(true, null);

    public static DaemonSetAnswer Missing { get; } = new(false, null);
}
