using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NodeGuard.Controller.Tests;

/// <summary>A real Prometheus of Debian's package, which scrapes an endpoint of the test each second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-prometheus-").FullName;
    private readonly HttpClient _http = new();
    private readonly WebApplication _target;
    private Process? _process;

    private PrometheusServer(WebApplication target) => _target = target;

    public string Url { get; private set; } = string.Empty;

    /// <summary>What the endpoint tells, in the text format of metrics.</summary>
    public string Metrics { get; set; } = string.Empty;

    public static async Task<PrometheusServer> StartAsync(string metrics)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        WebApplication target = builder.Build();
        var server = new PrometheusServer(target) { Metrics = metrics };
        target.Run(context => context.Response.WriteAsync(server.Metrics));
        await target.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(server._directory, "prometheus.yml"), $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
            - job_name: tests
              static_configs: [{targets: ['{{new Uri(target.Urls.First()).Authority}}']}]
            """);
        server.Begin();
        await server.UntilAsync("count(up == 1)", "\"1\"]");
        return server;
    }

    /// <summary>Asks until the answer has this part: scraping takes its time.</summary>
    public async Task UntilAsync(string query, string part)
    {
        DateTime deadline = DateTime.UtcNow + Patience;
        string seen = "nothing";
        while (DateTime.UtcNow < deadline)
        {
            try
            {
                seen = await _http.GetStringAsync(new Uri($"{Url}/api/v1/query?query={Uri.EscapeDataString(query)}"));
                if (seen.Contains(part, StringComparison.Ordinal))
                    return;
            }
            catch (HttpRequestException broken)
            {
                seen = broken.Message;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"Prometheus has not answered {query} with {part}, but {seen}");
    }

    public async Task StopAsync()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill();
            await running.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        _http.Dispose();
        await _target.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private void Begin()
    {
        int port = FreePort();
        Url = $"http://127.0.0.1:{port}";
        var start = new ProcessStartInfo(
            "prometheus",
            [$"--config.file={_directory}/prometheus.yml", $"--storage.tsdb.path={_directory}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]);
        try
        {
            _process = Process.Start(start);
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("prometheus cannot be started; put the program of the Debian package prometheus on PATH", missing);
        }
    }

    // Prometheus does not tell the port that it was given for 0.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
