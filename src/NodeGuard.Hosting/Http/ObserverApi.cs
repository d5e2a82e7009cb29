using Microsoft.AspNetCore.Http;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;

namespace NodeGuard.Hosting.Http;

/// <summary>What may be read over TCP without credentials: metrics and probes.</summary>
/// <param name="ready">Asked at each look; it must not wait.</param>
public sealed class ObserverApi(
    PrometheusExposition exposition, LoopHeartbeats heartbeats, Func<Readiness> ready, DependencyChecks dependencies)
{
    private const string Known = "/metrics, /livez, /readyz, /healthz/dependencies";

    public Task HandleAsync(HttpContext context, CancellationToken cancellation)
    {
        Func<HttpContext, CancellationToken, Task>? answer = context.Request.Path.Value switch
        {
            "/metrics" => MetricsAsync,
            "/livez" => LiveAsync,
            "/readyz" => ReadyAsync,
            "/healthz/dependencies" => DependenciesAsync,
            _ => null,
        };

        if (answer is null)
        {
            return HttpAnswers.NotFoundAsync(context, Known);
        }

        return HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            ? answer(context, cancellation)
            : HttpAnswers.WrongMethodAsync(context, "GET, HEAD");
    }

    private Task MetricsAsync(HttpContext context, CancellationToken cancellation) =>
        HttpAnswers.TextAsync(context, StatusCodes.Status200OK, exposition.Write(), PrometheusExposition.ContentType);

    private Task LiveAsync(HttpContext context, CancellationToken cancellation)
    {
        IReadOnlyList<LoopHeartbeat> late = heartbeats.Late;
        string text = string.Concat(late.Select(loop =>
            $"loop {loop.Name} has not moved for {loop.Age.TotalSeconds:F1} s; allowed: {loop.Deadline.TotalSeconds:F1} s\n"));
        return late.Count == 0
            ? HttpAnswers.TextAsync(context, StatusCodes.Status200OK, "ok\n")
            : HttpAnswers.TextAsync(context, StatusCodes.Status503ServiceUnavailable, text);
    }

    private Task ReadyAsync(HttpContext context, CancellationToken cancellation)
    {
        Readiness now = ready();
        string text = $"{(now.Ready ? "ok" : "not ready")}: {now.State}\n" + string.Concat(now.Problems.Select(p => $"{p}\n"));
        return HttpAnswers.TextAsync(
            context, now.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, text);
    }

    private async Task DependenciesAsync(HttpContext context, CancellationToken cancellation)
    {
        DependencyReport report = await dependencies.AskAllAsync(cancellation);
        bool ok = report.Dependencies.All(dependency => dependency.State == DependencyState.Ok);
        await HttpAnswers.JsonAsync(
            context,
            ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            report,
            HostingJsonContext.Default.DependencyReport);
    }
}

/// <summary>Whether a process can do its work.</summary>
/// <param name="State">In a few words.</param>
/// <param name="Problems">Whole sentences; they need not make it unready.</param>
public sealed record Readiness(bool Ready, string State, IReadOnlyList<string> Problems);
