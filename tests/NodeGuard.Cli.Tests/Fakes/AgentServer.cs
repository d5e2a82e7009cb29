using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Hosting.Http;

namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>Something that answers at a unix socket of its own, over real Kestrel.</summary>
internal sealed class AgentServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("nodeguard-cli-");
    private readonly WebApplication _application;

    private AgentServer(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel((KestrelServerOptions options) => options.ListenUnixSocket(Socket));
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.Run(answer);
    }

    public string Socket => Path.Combine(_directory.FullName, "agent.sock");

    public static Task<AgentServer> StartAsync(FakeGuard guard) => StartAsync(http => AnswerAsync(guard, http));

    public static async Task<AgentServer> StartAsync(RequestDelegate answer)
    {
        var server = new AgentServer(answer);
        await server._application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.Zero);
        await _application.StopAsync(soon.Token);
        await _application.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static async Task AnswerAsync(FakeGuard guard, HttpContext http)
    {
        var cancellation = http.RequestAborted;
        var path = http.Request.Path.Value ?? "";
        var id = path.StartsWith("/v1/pins/", StringComparison.Ordinal) ? path["/v1/pins/".Length..] : "";
        var answer = (http.Request.Method, id.Length > 0 ? "/v1/pins" : path) switch
        {
            ("GET", "/v1/status") => WriteAsync(http, guard.Status, ControlJsonContext.Default.GuardStatus),
            ("GET", "/v1/routes") => WriteAsync(http, [.. await guard.ListAsync(cancellation)], ControlJsonContext.Default.ListLedgerObject),
            ("GET", "/v1/routes/diff") => WriteAsync(http, [.. await guard.DiffAsync(cancellation)], ControlJsonContext.Default.ListLedgerDifference),
            ("GET", "/v1/episodes") => WriteAsync(http, [.. guard.Episodes], ControlJsonContext.Default.ListEpisodeRecord),
            ("POST", "/v1/routes/restore") => WriteAsync(http, await guard.RestoreAsync(cancellation), ControlJsonContext.Default.RestoreReport),
            ("PUT", "/v1/pins") => PinAsync(http, await guard.PinAsync(id, cancellation)),
            ("DELETE", "/v1/pins") => PinAsync(http, await guard.UnpinAsync(id, cancellation)),
            ("GET", "/v1/routes/watch") => StreamAsync(http, guard),
            _ => RefuseAsync(http, StatusCodes.Status404NotFound, $"there is no {path}"),
        };
        await answer;
    }

    private static Task PinAsync(HttpContext http, PinOutcome outcome) => outcome.Done
        ? WriteAsync(http, outcome, ControlJsonContext.Default.PinOutcome)
        : RefuseAsync(http, StatusCodes.Status409Conflict, outcome.Message);

    private static Task RefuseAsync(HttpContext http, int status, string sentence)
    {
        http.Response.StatusCode = status;
        return WriteAsync(http, new ErrorResponse(sentence), ControlJsonContext.Default.ErrorResponse);
    }

    private static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body, value, type, http.RequestAborted);
    }

    private static async Task StreamAsync(HttpContext http, FakeGuard guard)
    {
        try
        {
            await foreach (var item in guard.WatchAsync(http.RequestAborted))
            {
                var line = JsonSerializer.Serialize(item, ControlJsonContext.Default.RouteEvent) + "\n";
                await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The client left.
        }
    }
}
