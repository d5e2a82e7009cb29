using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Http;

/// <summary>The API server: a cluster behind HTTPS on the loopback address.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ClusterCertificates _certificates = new();
    private readonly ClusterSemantics _semantics;

    private SandboxServer(Cluster cluster, int port)
    {
        Cluster = cluster;
        Authentication = new Authentication(_certificates);
        _semantics = new ClusterSemantics(cluster, Authentication);
        _semantics.Start();
        AdminToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Authentication.AddToken(AdminToken, new UserInfo("admin", ["system:masters", "system:authenticated"]));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.ConfigureKestrel(options => Configure(options, port));
        _app = builder.Build();
        var handler = new ApiHandler(cluster, Authentication, _app.Lifetime.ApplicationStopping);
        _app.Run(context => Middleware(context, () => handler.HandleAsync(context)));
    }

    public Cluster Cluster { get; }

    public Authentication Authentication { get; }

    /// <summary>The token of user `admin`, who may do everything.</summary>
    public string AdminToken { get; }

    /// <summary>Around every request: what is injected to try clients with. Calls the rest, or answers itself.</summary>
    public Func<HttpContext, Func<Task>, Task> Middleware { get; set; } = static (_, rest) => rest();

    /// <summary>For example `https://127.0.0.1:6443`.</summary>
    public string Address => _app.Urls.First();

    public string AuthorityPem => _certificates.AuthorityPem;

    public ClusterCertificates Certificates => _certificates;

    /// <summary>Starts serving a cluster.</summary>
    /// <param name="cluster">With its resources; more can be added later.</param>
    /// <param name="port">0 takes a free one.</param>
    public static async Task<SandboxServer> StartAsync(Cluster cluster, int port = 0)
    {
        var server = new SandboxServer(cluster, port);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>The text of a kubeconfig for a token, by default the admin's.</summary>
    public string KubeconfigText(string? token = null, string @namespace = "default") =>
        Kubeconfig.Text(Address, AuthorityPem, token ?? AdminToken, @namespace);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _semantics.DisposeAsync();
        _certificates.Dispose();
    }

    private void Configure(KestrelServerOptions options, int port)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = null;
        options.Limits.Http2.MaxStreamsPerConnection = 1000;
        options.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = _certificates.Server;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;

                // Who signed it is checked with the request, so that a wrong one gets 401 and no broken handshake.
                https.ClientCertificateValidation = static (_, _, _) => true;
            });
        });
    }
}
