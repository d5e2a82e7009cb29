namespace NodeGuard.Kubernetes.Results;

/// <summary>One failed call, from the server's <c>Status</c> or from the connection to it.</summary>
/// <param name="Kind">What a caller can act upon.</param>
/// <param name="Status">The HTTP status; 0 when no answer came.</param>
/// <param name="Reason">The machine-readable reason of the <c>Status</c>, or empty.</param>
/// <param name="Message">A sentence that names the request, what was wanted and what was found. Never a secret.</param>
/// <param name="RetryAfter">How long the server asked to wait; null when it did not say.</param>
public sealed record ApiFailure(
    ApiFailureKind Kind,
    int Status,
    string Reason,
    string Message,
    TimeSpan? RetryAfter,
    IReadOnlyList<ApiCause> Causes);

/// <summary>One entry of <c>status.details.causes</c>.</summary>
public sealed record ApiCause(string Reason, string Message, string Field);
