namespace NodeGuard.Core.Draining;

/// <summary>What the server answered to one eviction or delete.</summary>
/// <param name="Message">The server's words, or what kept them from us.</param>
/// <param name="RetryAfter">How long the server asked to wait; null when it did not say.</param>
public sealed record PodAnswer(PodAnswerKind Kind, string Message = "", TimeSpan? RetryAfter = null);

public enum PodAnswerKind
{
    Accepted,

    /// <summary>No such pod, or another pod of that name: ours is gone, and the next list or event will say so.</summary>
    Gone,

    NamespaceTerminating,

    Budget,

    SeveralBudgets,

    Webhook,

    Throttled,

    /// <summary>5xx, no answer, no connection: may pass.</summary>
    Fault,

    /// <summary>Forbidden, or an invalid request: asking again changes nothing.</summary>
    Refused,
}
