using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Client;

/// <summary>Whether a refused call is sent again, and when. Pure.</summary>
internal static class Repeat
{
    private const int MostTries = 10;

    /// <param name="tries">How often it was sent.</param>
    /// <param name="left">Of the call's own time.</param>
    /// <returns>How long to wait, or null to hand the failure to the caller.</returns>
    public static TimeSpan? After(ApiRequest request, ApiFailure failure, int tries, TimeSpan left)
    {
        if (failure.RetryAfter is not { } wait || tries >= MostTries || wait >= left || request.IsEviction)
            return null;
        return failure switch
        {
            // The server refused it before it did anything, so that a write may be sent again too.
            { Kind: ApiFailureKind.Throttled } => wait,
            { Status: 503 or 504 or 500 } when request.IsRead => wait,
            _ => null,
        };
    }

    /// <summary>Retry-After in either of its forms; null when there is none.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage answer, DateTimeOffset now)
    {
        var header = answer.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - now;
        return wait is { } value && value > TimeSpan.Zero ? value : null;
    }
}
