using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Resources;

namespace NodeGuard.Sandbox.Tests.Fuzz;

/// <summary>The request path of the sandbox without a network.</summary>
internal sealed class FuzzedServer : IAsyncDisposable
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private readonly ClusterCertificates _certificates = new();
    private readonly ClusterSemantics _semantics;
    private readonly ApiHandler _handler;

    public FuzzedServer()
    {
        var cluster = new Cluster(TimeProvider.System);
        BuiltIns.AddTo(cluster);
        InitialObjects.AddTo(cluster);
        var authentication = new Authentication(_certificates);
        authentication.AddToken("t", new UserInfo("admin", ["system:masters"]));
        _semantics = new ClusterSemantics(cluster, authentication);
        _semantics.Start();
        _handler = new ApiHandler(cluster, authentication, CancellationToken.None);
    }

    /// <summary>Sends a request. Fails where the server breaks, hangs, or refuses without a word.</summary>
    /// <returns>The code and the body.</returns>
    public async Task<(int Code, string Text)> SendAsync(string method, string path, string type, byte[] body)
    {
        var context = new DefaultHttpContext();
        int mark = path.IndexOf('?', StringComparison.Ordinal);
        context.Request.Method = method;
        context.Request.Path = mark < 0 ? path : path[..mark];
        if (mark >= 0)
            context.Request.QueryString = new QueryString(path[mark..]);
        context.Request.ContentType = type;
        context.Request.Headers.Authorization = "Bearer t";
        context.Request.Body = new MemoryStream(body);
        using var output = new MemoryStream();
        context.Response.Body = output;
        await Task.Run(() => _handler.HandleAsync(context)).WaitAsync(Hang);
        string text = Encoding.UTF8.GetString(output.ToArray());
        Check(context.Response.StatusCode, text, $"{method} {path} {type} {Encoding.UTF8.GetString(body)}");
        return (context.Response.StatusCode, text);
    }

    public async ValueTask DisposeAsync()
    {
        await _semantics.DisposeAsync();
        _certificates.Dispose();
    }

    private static void Check(int code, string text, string request)
    {
        if (code is < 300 or 404)
            return;
        JsonNode? status = JsonNode.Parse(text);
        string message = (string?)status?["message"] ?? "";
        if (message.Length == 0 || message.Contains("the sandbox failed", StringComparison.Ordinal))
            throw new InvalidOperationException($"{request}\n-> {text}");
        bool named = code != 422 || (status?["details"]?["causes"]?.AsArray() ?? []).All(c => (string?)c?["field"] is not null);
        if (!named)
            throw new InvalidOperationException($"a cause names no field: {request}\n-> {text}");
    }
}
