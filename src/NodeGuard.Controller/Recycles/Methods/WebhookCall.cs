using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>One signed request to a provider, and its answer.</summary>
internal sealed class WebhookCall(HttpClient http, TimeProvider time)
{
    private const int LongestAnswer = 1 << 16;

    /// <param name="secret">Null: not signed.</param>
    public async Task<WebhookReply> PostAsync(Uri at, string key, byte[] body, byte[]? secret, TimeSpan timeout, CancellationToken cancellation)
    {
        string provider = WebhookAddress.Shown(at);
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            using HttpRequestMessage request = Request(at, key, body, secret);
            using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            byte[]? read = await ReadAsync(answer.Content, either.Token);
            return WebhookReply.Read(provider, (int)answer.StatusCode, read is null ? (ReadOnlyMemory<byte>?)null : read, RetryAfter(answer.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new WebhookReply.NotNow($"the provider at {provider} has not answered within {timeout.TotalSeconds:0} s", null);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return new WebhookReply.NotNow($"the provider at {provider} cannot be reached: {broken.Message}", null);
        }
    }

    /// <returns>The value of the header NodeGuard-Signature.</returns>
    public static string Sign(ReadOnlySpan<byte> secret, long unixSeconds, ReadOnlySpan<byte> body)
    {
        string at = unixSeconds.ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(at + "."), .. body];
        return $"t={at},v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))}";
    }

    private HttpRequestMessage Request(Uri at, string key, byte[] body, byte[]? secret)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, at) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Idempotency-Key", key);
        if (secret is not null)
            request.Headers.Add("NodeGuard-Signature", Sign(secret, time.GetUtcNow().ToUnixTimeSeconds(), body));
        return request;
    }

    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        await using Stream stream = await content.ReadAsStreamAsync(cancellation);
        byte[] buffer = new byte[LongestAnswer + 1];
        int read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return read <= LongestAnswer ? buffer[..read] : null;
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date && date > time.GetUtcNow() ? date - time.GetUtcNow() : null);
}
