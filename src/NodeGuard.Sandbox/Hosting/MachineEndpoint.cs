using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NodeGuard.Sandbox.Simulation.Machines;

namespace NodeGuard.Sandbox.Hosting;

/// <summary>
/// The webhook provider's endpoint: POST starts an operation, GET of the path with the operation behind it tells its state. It
/// answers at the API server's address, and by plain HTTP where <see cref="ListenAsync"/> was called.
/// </summary>
public sealed class MachineEndpoint(MachineSimulation machines, TimeProvider clock) : IAsyncDisposable
{
    public const string Path = "/sandbox/machines/replace";
    private const int LargestBody = 64 * 1024;

    private WebApplication? _plain;

    /// <summary>The URL of the plain HTTP listener; null when there is none.</summary>
    public string? Url => _plain is null ? null : _plain.Urls.First() + Path;

    public static bool Serves(PathString path) => path.StartsWithSegments(Path, StringComparison.Ordinal);

    /// <summary>Serves plain HTTP too: webhooks of a real provider have certificates that clients trust, the sandbox's has none.</summary>
    /// <param name="port">0 takes a free one.</param>
    public async Task ListenAsync(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = LargestBody;
            options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _plain = builder.Build();
        _plain.Run(context => Serves(context.Request.Path) ? HandleAsync(context) : WriteAsync(context, new(404, Error("no such path"))));
        await _plain.StartAsync();
    }

    public async Task HandleAsync(HttpContext context)
    {
        switch (context.Request.Method)
        {
            case "POST" when context.Request.Path == Path:
                await PostAsync(context);
                break;
            case "GET":
                string operation = (context.Request.Path.Value ?? "")[Path.Length..].Trim('/');
                await AnswerAsync(context, machines.WebhookFaults(operation), machines.WebhookState(operation));
                break;
            default:
                await WriteAsync(context, new(405, Error($"allowed: POST {Path}, GET {Path}/OPERATION")));
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_plain is not null)
        {
            await _plain.StopAsync();
            await _plain.DisposeAsync();
        }
    }

    private async Task PostAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var buffer = new char[LargestBody + 1];
        int read = await reader.ReadBlockAsync(buffer, context.RequestAborted);
        if (read > LargestBody)
        {
            await WriteAsync(context, new(413, Error($"the body is longer than {LargestBody} characters")));
            return;
        }

        string body = new(buffer, 0, read);
        if (WebhookRequest.Read(context.Request.Headers[WebhookRequest.KeyHeader].ToString(), body, out string error) is not { } request)
        {
            await WriteAsync(context, new(400, Error(error)));
            return;
        }

        (MachineFaults faults, string secret) = machines.WebhookOf(request);
        string wrong = faults.Has(MachineFaults.WebhookSignature)
            ? "the signature does not match (simulated fault webhook-wrong-signature)"
            : WebhookRequest.SignatureError(
                secret, context.Request.Headers[WebhookRequest.SignatureHeader].ToString(), body, DateTimeOffset.UtcNow, clock.GetUtcNow());
        if (await IsBrokenAsync(context, faults))
        {
            return;
        }

        await WriteAsync(context, wrong.Length > 0 ? new(401, Error(wrong)) : machines.Webhook(request));
    }

    private static async Task AnswerAsync(HttpContext context, MachineFaults faults, WebhookAnswer answer)
    {
        if (!await IsBrokenAsync(context, faults))
        {
            await WriteAsync(context, answer);
        }
    }

    // What a client waits for is real time.
    private static async Task<bool> IsBrokenAsync(HttpContext context, MachineFaults faults)
    {
        if (faults.Has(MachineFaults.WebhookDown))
        {
            context.Abort();
            return true;
        }

        if (faults.Has(MachineFaults.WebhookSlow))
        {
            await Task.Delay(faults.Time(MachineFaults.WebhookSlow, TimeSpan.FromSeconds(30)), context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!faults.Has(MachineFaults.WebhookError))
        {
            return false;
        }

        await WriteAsync(context, new(500, Error("the provider is broken (simulated fault webhook-500)")));
        return true;
    }

    private static JsonObject Error(string message) => new() { ["error"] = message };

    private static async Task WriteAsync(HttpContext context, WebhookAnswer answer)
    {
        context.Response.StatusCode = answer.Code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Body.ToJsonString() + "\n", context.RequestAborted);
    }
}
