using System.Net.Http.Headers;
using System.Text;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Notifications;

/// <summary>One try to tell one receiver. A receiver's address may hold a token: messages name its host only.</summary>
/// <param name="http">Follows no redirects.</param>
internal sealed class NoticeSender(IKubeApi api, HttpClient http, TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>Null when it was taken; otherwise why not.</returns>
    public async Task<string?> SendAsync(Notice notice, FleetNotification receiver, CancellationToken stop)
    {
        string? address = receiver.Url;
        if (receiver.UrlFrom is { } place)
        {
            var (bytes, problem) = await SecretAsync(place, stop);
            if (bytes is null)
                return problem;
            address = Encoding.UTF8.GetString(bytes).Trim();
        }

        if (WebhookAddress.Read(address, out _) is not { } at)
            return "its url is no https address, nor http of this host, without name and password";
        if (receiver.Secret is null)
            return await PostAsync(notice, receiver, at, null, stop);
        var (secret, missing) = await SecretAsync(receiver.Secret, stop);
        return secret is null ? missing : await PostAsync(notice, receiver, at, secret, stop);
    }

    private async Task<(byte[]? Bytes, string? Problem)> SecretAsync(SecretKey place, CancellationToken stop)
    {
        var (bytes, problem) = await SecretBytes.ReadAsync(api, place, stop);
        return (bytes, problem switch
        {
            Preparation.Refused refused => refused.Message,
            Preparation.Later later => later.Message,
            _ => null,
        });
    }

    private async Task<string?> PostAsync(Notice notice, FleetNotification receiver, Uri at, byte[]? secret, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            using HttpRequestMessage request = Request(notice, receiver, at, secret);
            using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            int status = (int)answer.StatusCode;
            return status switch
            {
                >= 200 and < 300 => null,
                >= 300 and < 400 => $"{at.Authority} answers {status}: redirects are not followed",
                _ => $"{at.Authority} answers {status}",
            };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"{at.Authority} has not answered within {Patience.TotalSeconds:0} s";
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            // The exception's own words may name the whole address.
            return $"{at.Authority} cannot be reached{(broken is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } known ? $": {known.HttpRequestError}" : "")}";
        }
    }

    private HttpRequestMessage Request(Notice notice, FleetNotification receiver, Uri at, byte[]? secret)
    {
        byte[] body = WireWord.Read<NotificationFormat>(receiver.Format ?? nameof(NotificationFormat.Json)) == NotificationFormat.Slack
            ? NoticeText.Slack(notice)
            : NoticeText.Json(notice);
        var request = new HttpRequestMessage(HttpMethod.Post, at) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Idempotency-Key", notice.Id);
        if (secret is not null)
            request.Headers.Add("NodeGuard-Signature", WebhookCall.Sign(secret, time.GetUtcNow().ToUnixTimeSeconds(), body));
        return request;
    }
}
