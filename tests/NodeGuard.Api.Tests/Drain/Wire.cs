using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>
/// Stands between a program and the server, whichever server that is: passes every request on, keeps what was asked, and
/// answers or acts where a case says so. Each run has a path of its own.
/// </summary>
internal sealed class WireServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _server;
    private readonly ConcurrentDictionary<string, Wire> _wires = new();

    private WireServer(HttpClient server)
    {
        _server = server;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public static async Task<WireServer> StartAsync(RawApi api)
    {
        var server = new WireServer(api.Http);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Opens a path, and writes a kubeconfig that leads there.</summary>
    public Wire Open(string id, string directory, int? endsAfter = null)
    {
        string kubeconfig = Path.Combine(Directory.CreateDirectory(Path.Combine(directory, id)).FullName, "kubeconfig");
        File.WriteAllText(kubeconfig, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: wire, cluster: {server: "{{_app.Urls.First()}}/{{id}}"} }]
            users: [{name: nobody, user: {token: none} }]
            contexts: [{name: wire, context: {cluster: wire, user: nobody} }]
            current-context: wire

            """);
        return _wires[id] = new Wire(kubeconfig) { EndsAfter = endsAfter };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        string[] parts = context.Request.Path.Value!.Split('/', 3);
        Wire wire = _wires[parts[1]];
        string path = "/" + (parts.Length > 2 ? parts[2] : "");
        if (wire.IsCutNow())
        {
            context.Abort();
            return;
        }

        WireRule? rule = wire.Rules.FirstOrDefault(r => r.Takes(context.Request.Method, path, context.Request.QueryString.Value ?? ""));
        if (rule?.IsCut == true)
        {
            wire.Note(context.Request.Method, path, 0);
            context.Abort();
            return;
        }

        if (rule?.Reply is { } reply)
        {
            wire.Note(context.Request.Method, path, reply.Code);
            await AnswerAsync(context, reply);
            return;
        }

        if (rule?.Before is { } before)
            await before();
        await ForwardAsync(context, wire, path, rule);
    }

    private static async Task AnswerAsync(HttpContext context, WireReply reply)
    {
        context.Response.StatusCode = reply.Code;
        context.Response.ContentType = "application/json";
        if (reply.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await context.Response.WriteAsync(reply.Body.ToJsonString());
    }

    private async Task ForwardAsync(HttpContext context, Wire wire, string path, WireRule? rule)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path + context.Request.QueryString)
        {
            Version = _server.DefaultRequestVersion,
        };
        foreach (string header in (string[])["Accept", "User-Agent"])
            request.Headers.TryAddWithoutValidation(header, [.. context.Request.Headers[header]]);
        if (context.Request.ContentLength is not (null or 0) || context.Request.Headers.TransferEncoding.Count > 0)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        try
        {
            using HttpResponseMessage response = await _server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            wire.Note(context.Request.Method, path, (int)response.StatusCode);
            if (rule?.After is { } after && (rule.AfterCode is null || rule.AfterCode == (int)response.StatusCode))
                await after();
            await CopyAsync(response, context);
        }
        catch (Exception gone) when (context.RequestAborted.IsCancellationRequested && gone is OperationCanceledException or IOException)
        {
            // The program has ended its watch.
        }
    }

    private static async Task CopyAsync(HttpResponseMessage response, HttpContext context)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        foreach (string header in (string[])["Retry-After", "Warning"])
        {
            if (response.Headers.TryGetValues(header, out IEnumerable<string>? values))
                context.Response.Headers[header] = values.ToArray();
        }

        await using Stream body = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        byte[] buffer = new byte[16 * 1024];
        await context.Response.StartAsync();
        int read;
        while ((read = await body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}

/// <summary>One program's way to the server.</summary>
public sealed class Wire(string kubeconfig)
{
    private readonly ConcurrentQueue<WireNote> _notes = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    public string Kubeconfig => kubeconfig;

    /// <summary>The first that takes a request decides about it.</summary>
    public List<WireRule> Rules { get; } = [];

    /// <summary>After so many requests nothing passes any more; null for no end.</summary>
    public int? EndsAfter { get; init; }

    /// <summary>Completed when the first request after the end came.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What was asked and answered, in order.</summary>
    public IReadOnlyList<WireNote> Notes => [.. _notes];

    internal bool IsCutNow()
    {
        if (EndsAfter is not { } end || Interlocked.Increment(ref _asked) <= end)
            return false;
        _ended.TrySetResult();
        return true;
    }

    internal void Note(string method, string path, int code) => _notes.Enqueue(new WireNote(method, path, code));
}

/// <param name="Code">0: the connection was cut.</param>
public sealed record WireNote(string Method, string Path, int Code);

public sealed record WireReply(int Code, JsonObject Body, int? RetryAfter)
{
    /// <summary>A failure as the server writes it.</summary>
    public static WireReply Failure(int code, string reason, string message, int? retryAfter = null, params (string Reason, string Message)[] causes) => new(
        code,
        new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
            ["details"] = new JsonObject
            {
                ["causes"] = new JsonArray([.. causes.Select(c => new JsonObject { ["reason"] = c.Reason, ["message"] = c.Message })]),
                ["retryAfterSeconds"] = retryAfter ?? 0,
            },
            ["code"] = code,
        },
        retryAfter);
}

/// <summary>What becomes of matching requests.</summary>
/// <param name="method">Of HTTP.</param>
/// <param name="path">The path's end.</param>
/// <param name="times">How many requests it takes.</param>
public sealed class WireRule(string method, Func<string> path, int times)
{
    private int _taken;

    /// <summary>A part of the query; empty for any.</summary>
    public string Query { get; init; } = "";

    /// <summary>The connection ends without an answer.</summary>
    public bool IsCut { get; set; }

    public WireReply? Reply { get; set; }

    /// <summary>Done before the request is passed on.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>Done after the server answered, before the program hears of it.</summary>
    public Func<Task>? After { get; set; }

    /// <summary>Only after this answer; null after any.</summary>
    public int? AfterCode { get; set; }

    internal bool Takes(string asked, string at, string query) =>
        asked == method && at.EndsWith(path(), StringComparison.Ordinal) && query.Contains(Query, StringComparison.Ordinal)
        && Interlocked.Increment(ref _taken) <= times;
}
