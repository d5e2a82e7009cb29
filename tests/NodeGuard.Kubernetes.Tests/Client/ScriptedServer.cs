using System.Net;
using System.Text;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;

namespace NodeGuard.Kubernetes.Tests.Client;

/// <summary>Answers calls in memory, in the order of a script, and remembers what was asked.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _answers = new();

    public List<Seen> Calls { get; } = [];

    public ManualTime Time { get; } = new();

    /// <summary>For each call after the script; null: a longer call is an error of the test.</summary>
    public string? Answers { get; set; }

    public ScriptedServer Answer(HttpStatusCode status, string body, string contentType = "application/json", string? retryAfter = null)
    {
        _answers.Enqueue(() =>
        {
            var answer = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, contentType) };
            if (retryAfter is not null)
                answer.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            return answer;
        });
        return this;
    }

    public ScriptedServer Answer(Func<HttpContent> content)
    {
        _answers.Enqueue(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = content() });
        return this;
    }

    public ScriptedServer Break(Exception error)
    {
        _answers.Enqueue(() => throw error);
        return this;
    }

    public ScriptedServer Status(int code, string reason, string message, string details = "{}", string? retryAfter = null) => Answer(
        (HttpStatusCode)code,
        $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","details":{{details}},"code":{{code}}}""",
        retryAfter: retryAfter);

    public KubeClient Client(ICredentialSource? credentials = null, Func<KubeClientOptions, KubeClientOptions>? change = null)
    {
        var connection = new ClusterConnection
        {
            Server = new Uri("https://cluster.example:6443/k8s/c-1/"),
            Origin = "a test",
            Credentials = credentials ?? FixedCredentials.Anonymous,
            Headers = [KeyValuePair.Create("Impersonate-User", "jane")],
        };
        var options = KubeClientOptions.For("test");
        return new KubeClient(connection, change?.Invoke(options) ?? options, Time, _ => this);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken);
        Calls.Add(new Seen(
            request.Method.Method,
            request.RequestUri!.PathAndQuery,
            body,
            request.Content?.Headers.ContentType?.MediaType ?? string.Empty,
            request.Headers.ToDictionary(h => h.Key, h => string.Join(h.Key == "User-Agent" ? " " : ",", h.Value))));
        return _answers.Count == 0 && Answers is { } rest
            ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(rest) }
            : _answers.Dequeue()();
    }
}

internal sealed record Seen(string Method, string Target, string Body, string ContentType, Dictionary<string, string> Headers);
