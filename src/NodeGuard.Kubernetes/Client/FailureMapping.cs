using System.Text.Json;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Kubernetes.Client;

/// <summary>From an answer that is an error to what a caller can act upon. Pure.</summary>
internal static class FailureMapping
{
    private const string SeveralBudgetsSign = "more than one PodDisruptionBudget";

    /// <param name="retryAfter">Of the header; the Status may carry its own.</param>
    public static ApiFailure FromAnswer(ApiRequest request, int httpStatus, TimeSpan? retryAfter, bool html, ReadOnlySpan<byte> body)
    {
        var status = ReadStatus(body);
        if (status is not null)
            return FromStatus(request, status, httpStatus, retryAfter);
        var kind = html && httpStatus is < 500 and not 429 ? ApiFailureKind.Malformed : KindOf(httpStatus, string.Empty);
        var who = html ? "a web page came instead of the API's answer; is the address a proxy or a login page?" : "the answer is no Status";
        return new ApiFailure(
            kind, httpStatus, string.Empty, $"{request}: HTTP {httpStatus}: {who}: \"{FirstWords.Of(body)}\"", retryAfter, []);
    }

    /// <param name="httpStatus">Used when the Status has no code.</param>
    public static ApiFailure FromStatus(ApiRequest request, StatusObject status, int httpStatus, TimeSpan? retryAfter)
    {
        var code = status.Code ?? httpStatus;
        var reason = status.Reason ?? string.Empty;
        var message = status.Message ?? string.Empty;
        IReadOnlyList<ApiCause> causes =
            [.. (status.Details?.Causes ?? []).OfType<StatusCause>().Select(c => new ApiCause(c.Reason ?? string.Empty, c.Message ?? string.Empty, c.Field ?? string.Empty))];
        var kind = KindOf(code, reason, message, causes);
        var wait = retryAfter ?? (status.Details?.RetryAfterSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null);
        return new ApiFailure(kind, code, reason, Sentence(request, kind, code, message, causes), wait, causes);
    }

    private static ApiFailureKind KindOf(int code, string reason, string message, IReadOnlyList<ApiCause> causes)
    {
        if (code == 429 && causes.Any(c => c.Reason == "DisruptionBudget"))
            return ApiFailureKind.BlockedByBudget;
        if (code == 500 && message.Contains(SeveralBudgetsSign, StringComparison.Ordinal))
            return ApiFailureKind.SeveralBudgets;
        if (code == 403 && causes.Any(c => c.Reason == "NamespaceTerminating"))
            return ApiFailureKind.NamespaceTerminating;
        return IsWebhook(message) ? ApiFailureKind.WebhookDenied : KindOf(code, reason);
    }

    private static ApiFailureKind KindOf(int code, string reason) => (code, reason) switch
    {
        (409, "AlreadyExists") => ApiFailureKind.AlreadyExists,
        // ServerTimeout is sent with 500.
        (_, "Timeout" or "ServerTimeout") => ApiFailureKind.Timeout,
        (400 or 405 or 406 or 413 or 415 or 422, _) => ApiFailureKind.Invalid,
        (401, _) => ApiFailureKind.Unauthorized,
        (403, _) => ApiFailureKind.Forbidden,
        (404, _) => ApiFailureKind.NotFound,
        (408 or 504, _) => ApiFailureKind.Timeout,
        (409, _) => ApiFailureKind.Conflict,
        (410, _) => ApiFailureKind.Gone,
        (429, _) => ApiFailureKind.Throttled,
        ( >= 500, _) => ApiFailureKind.ServerError,
        _ => ApiFailureKind.Malformed,
    };

    // A webhook chooses its own code, so that only the server's wording tells it.
    private static bool IsWebhook(string message) =>
        message.Contains("failed calling webhook \"", StringComparison.Ordinal)
        || (message.Contains("admission webhook \"", StringComparison.Ordinal) && message.Contains("denied the request", StringComparison.Ordinal));

    private static string Sentence(ApiRequest request, ApiFailureKind kind, int code, string message, IReadOnlyList<ApiCause> causes)
    {
        var text = $"{request}: {(message.Length == 0 ? $"HTTP {code} without a message" : message)}";
        if (kind == ApiFailureKind.BlockedByBudget)
            return $"{text} ({string.Join("; ", causes.Where(c => c.Reason == "DisruptionBudget").Select(c => c.Message))})";
        if (kind == ApiFailureKind.Unauthorized)
            return $"{text}: the server did not accept the credentials";
        // Admission answers 403 too, and no RBAC rule helps there.
        return kind == ApiFailureKind.Forbidden && message.Contains(" cannot ", StringComparison.Ordinal)
            ? $"{text}; needed: {request.NeededRule()}"
            : text;
    }

    private static StatusObject? ReadStatus(ReadOnlySpan<byte> body)
    {
        try
        {
            var status = JsonSerializer.Deserialize(body, KubeJsonContext.Default.StatusObject);
            return status?.Kind == "Status" ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
