using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>What the server's reply to an eviction or delete means for the pod.</summary>
public static class PodAnswers
{
    public static PodAnswer Of(ApiResult<bool> result) => result switch
    {
        ApiResult<bool>.Failed { Failure: var failure } => new PodAnswer(Kind(failure), Message(failure), failure.RetryAfter),
        _ => new PodAnswer(PodAnswerKind.Accepted),
    };

    private static PodAnswerKind Kind(ApiFailure failure) => failure.Kind switch
    {
        // A conflict is the uid precondition: another pod has that name by now.
        ApiFailureKind.NotFound or ApiFailureKind.Conflict => PodAnswerKind.Gone,
        ApiFailureKind.NamespaceTerminating => PodAnswerKind.NamespaceTerminating,
        ApiFailureKind.BlockedByBudget => PodAnswerKind.Budget,
        ApiFailureKind.SeveralBudgets => PodAnswerKind.SeveralBudgets,
        ApiFailureKind.WebhookDenied => PodAnswerKind.Webhook,
        ApiFailureKind.Throttled => PodAnswerKind.Throttled,
        ApiFailureKind.Forbidden => IsOfBudget(failure) ? PodAnswerKind.Budget : PodAnswerKind.Refused,
        ApiFailureKind.Unauthorized or ApiFailureKind.Invalid or ApiFailureKind.AlreadyExists => PodAnswerKind.Refused,
        _ => PodAnswerKind.Fault,
    };

    // A budget below zero, or with too many evictions that nobody has counted yet, answers 403 in the budget's own name.
    private static bool IsOfBudget(ApiFailure failure) =>
        failure.Message.Contains("poddisruptionbudgets", StringComparison.Ordinal)
        && failure.Message.Contains("disruption", StringComparison.Ordinal)
        && !failure.Message.Contains("cannot ", StringComparison.Ordinal);

    private static string Message(ApiFailure failure)
    {
        string causes = string.Join("; ", failure.Causes.Select(cause => cause.Message).Where(text => text.Length > 0 && !failure.Message.Contains(text, StringComparison.Ordinal)));
        return causes.Length > 0 ? $"{failure.Message} {causes}" : failure.Message;
    }
}
