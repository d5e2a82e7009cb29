using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Client;

/// <summary>
/// Sends one call until it has an answer: pacing, credentials, Retry-After. What comes back is a successful answer whose
/// body is still to be read, or a failure.
/// </summary>
internal sealed class CallChannel(ClusterConnection connection, Transport transport, KubeClientOptions options, TimeProvider time)
{
    private const long LargestErrorBody = 1 << 20;

    private readonly TokenBucket _bucket = new(options.PerSecond, options.Burst, time);

    /// <param name="body">Made anew for each try; null for none.</param>
    /// <param name="until">When the call's own time is over.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> or the call's time.</exception>
    public async Task<Sent> SendAsync(
        ApiRequest request, Func<HttpContent>? body, string accept, DateTimeOffset until, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            await _bucket.WaitAsync(cancellation);
            var sent = await OnceAsync(request, body, accept, cancellation);
            if (sent is not Sent.Refused { Failure: var failure })
                return sent;
            // A rotated token or a plugin's expired one: refused before anything was done.
            if (failure.Kind == ApiFailureKind.Unauthorized && tries == 1 && connection.Credentials.Forget())
                continue;
            if (Repeat.After(request, failure, tries, until - time.GetUtcNow()) is not { } wait)
                return sent;
            await Task.Delay(wait, time, cancellation);
        }
    }

    private async Task<Sent> OnceAsync(ApiRequest request, Func<HttpContent>? body, string accept, CancellationToken cancellation)
    {
        var result = await connection.Credentials.GetAsync(cancellation);
        if (result is not CredentialResult.Ready { Credential: var credential })
            return NoCredential(request, (CredentialResult.Failed)result);
        HttpResponseMessage answer;
        try
        {
            answer = await transport.SendAsync(request, body?.Invoke(), accept, credential, cancellation);
        }
        catch (Exception e) when (ConnectionFailure.Explains(e))
        {
            return new Sent.Refused(ConnectionFailure.From(request, connection.Server, e));
        }

        return answer.IsSuccessStatusCode ? new Sent.Answered(answer) : new Sent.Refused(await RefusalAsync(request, answer, cancellation));
    }

    private async Task<ApiFailure> RefusalAsync(ApiRequest request, HttpResponseMessage answer, CancellationToken cancellation)
    {
        using var _ = answer;
        using var body = new BodyReader();
        try
        {
            await body.ReadAsync(answer.Content, LargestErrorBody, cancellation);
        }
        catch (Exception e) when (ConnectionFailure.Explains(e))
        {
            // The code is enough to act upon; the text is as far as it came.
        }

        if ((int)answer.StatusCode is >= 300 and < 400)
            return Redirected(request, answer);
        var html = answer.Content.Headers.ContentType?.MediaType == "text/html";
        return FailureMapping.FromAnswer(request, (int)answer.StatusCode, Repeat.RetryAfter(answer, time.GetUtcNow()), html, body.Bytes);
    }

    private static ApiFailure Redirected(ApiRequest request, HttpResponseMessage answer) => new(
        ApiFailureKind.Malformed,
        (int)answer.StatusCode,
        string.Empty,
        $"{request}: HTTP {(int)answer.StatusCode}: redirected to {answer.Headers.Location?.Host ?? "nowhere"}; an API server does not redirect, "
            + "and credentials are sent nowhere else; correct the server's address",
        null,
        []);

    private static Sent.Refused NoCredential(ApiRequest request, CredentialResult.Failed failed) =>
        new(new ApiFailure(ApiFailureKind.Unauthorized, 0, string.Empty, $"{request}: no credentials: {failed.Message}", null, []));
}

internal abstract record Sent
{
    private Sent()
    {
    }

    /// <summary>To be disposed by the receiver.</summary>
    public sealed record Answered(HttpResponseMessage Answer) : Sent;

    public sealed record Refused(ApiFailure Failure) : Sent;
}
