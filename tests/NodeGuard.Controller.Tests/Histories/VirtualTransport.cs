using System.Net;
using System.Net.Http.Headers;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>One process's connections to the virtual server, under the client's real code.</summary>
internal sealed class VirtualTransport(VirtualServer server) : HttpMessageHandler
{
    private readonly List<CancellationTokenSource> _open = [];

    public static KubeClient Connect(VirtualTransport transport, TimeProvider clock) => new(
        new ClusterConnection
        {
            Server = new Uri("http://virtual"),
            Origin = "a history",
            Credentials = new NoCredentials(),
        },
        KubeClientOptions.For("controller") with { PerSecond = 0 }, clock, _ => transport);

    /// <summary>The process died, or the network did: what is open breaks off.</summary>
    public void Abort()
    {
        foreach (CancellationTokenSource open in _open.ToArray())
            open.Cancel();
        _open.Clear();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Answer(request));
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        var aborted = new CancellationTokenSource();
        var (code, wire, ended, type) = server.Serve(request, aborted.Token);
        var answer = new HttpResponseMessage((HttpStatusCode)code) { RequestMessage = request };
        if (ended)
        {
            answer.Content = new ByteArrayContent(wire.TakeAll());
            aborted.Dispose();
        }
        else
        {
            _open.Add(aborted);
            aborted.Token.Register(wire.Cut);
            wire.Closed = () =>
            {
                _open.Remove(aborted);
                aborted.Cancel();
            };
            answer.Content = new StreamContent(wire);
        }

        if (type is not null && MediaTypeHeaderValue.TryParse(type, out MediaTypeHeaderValue? parsed))
            answer.Content.Headers.ContentType = parsed;
        return answer;
    }

    private sealed class NoCredentials : ICredentialSource
    {
        public ValueTask<CredentialResult> GetAsync(CancellationToken cancellation) => new(new CredentialResult.Ready(Credential.None));

        public bool Forget() => false;
    }
}
