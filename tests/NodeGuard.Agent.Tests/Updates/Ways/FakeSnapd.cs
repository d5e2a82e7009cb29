using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NodeGuard.Agent.Tests.Updates.Ways;

/// <summary>Answers at a unix socket as snapd 2.57.6 of Debian 12 does, recorded there, for its one setting.</summary>
internal sealed class FakeSnapd : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _changes = 1;
    private bool _failed;

    private FakeSnapd(WebApplication app) => _app = app;

    /// <summary>refresh.hold; null while it is not set.</summary>
    public string? Hold { get; set; }

    public int Questions { get; private set; }

    public int Settings { get; private set; }

    /// <summary>Changes end with an error.</summary>
    public bool Refuses { get; set; }

    public static async Task<FakeSnapd> StartAsync(string socket)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.ListenUnixSocket(socket));
        WebApplication app = builder.Build();
        var snapd = new FakeSnapd(app);
        app.Run(snapd.AnswerAsync);
        await app.StartAsync();
        return snapd;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        (int status, string body) = (http.Request.Method, http.Request.Path.Value, http.Request.QueryString.Value) switch
        {
            ("GET", "/v2/snaps/system/conf", "?keys=refresh.hold") => Look(),
            ("PUT", "/v2/snaps/system/conf", "") => Set(await JsonDocument.ParseAsync(http.Request.Body)),
            ("GET", { } path, "") when path.StartsWith("/v2/changes/", StringComparison.Ordinal) => Change(path["/v2/changes/".Length..]),
            _ => (404, """{"type":"error","status-code":404,"status":"Not Found","result":{"message":"not found"}}"""),
        };
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body);
    }

    private (int Status, string Body) Look()
    {
        Questions++;
        return Hold is null
            ? (400, """{"type":"error","status-code":400,"status":"Bad Request","result":{"message":"snap \"core\" has no \"refresh.hold\" configuration option","kind":"option-not-found","value":{"SnapName":"core","Key":"refresh.hold"}}}""")
            : (200, $$$"""{"type":"sync","status-code":200,"status":"OK","result":{"refresh.hold":"{{{Hold}}}"}}""");
    }

    private (int Status, string Body) Set(JsonDocument body)
    {
        Settings++;
        _failed = Refuses;
        if (!Refuses)
        {
            Hold = body.RootElement.GetProperty("refresh.hold").GetString();
        }

        return (202, $$"""{"type":"async","status-code":202,"status":"Accepted","result":null,"change":"{{++_changes}}"}""");
    }

    private (int Status, string Body) Change(string id) => (200, _failed
        ? $$$"""{"type":"sync","status-code":200,"status":"OK","result":{"id":"{{{id}}}","kind":"configure-snap","status":"Error","ready":true,"err":"cannot perform the following tasks:\n- Run configure hook"}}"""
        : $$$"""{"type":"sync","status-code":200,"status":"OK","result":{"id":"{{{id}}}","kind":"configure-snap","status":"Done","ready":true}}""");
}
