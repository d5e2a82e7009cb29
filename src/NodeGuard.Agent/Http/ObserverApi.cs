using Microsoft.AspNetCore.Http;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Metrics;

namespace NodeGuard.Agent.Http;

/// <summary>What may be read over TCP without credentials: metrics and probes.</summary>
internal sealed class ObserverApi(
    PrometheusExposition exposition, LoopHeartbeats heartbeats, IRouteGuard guard, DependencyChecks dependencies)
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
        GuardStatus status = guard.Status;
        bool ready = status.State
            is GuardState.Guarding or GuardState.Restoring or GuardState.NothingToGuardAgainst or GuardState.Degraded;
        string text = $"{(ready ? "ok" : "not ready")}: {Words(status.State)}\n" + string.Concat(status.Problems.Select(p => $"{p}\n"));
        return HttpAnswers.TextAsync(
            context, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, text);
    }

    private async Task DependenciesAsync(HttpContext context, CancellationToken cancellation)
    {
        DependencyReport report = await dependencies.AskAllAsync(cancellation);
        bool ok = report.Dependencies.All(dependency => dependency.State == DependencyState.Ok);
        await HttpAnswers.JsonAsync(
            context,
            ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            report,
            ControlJsonContext.Default.DependencyReport);
    }

    private static string Words(GuardState state) => state switch
    {
        GuardState.Starting => "starting, the first dump is not done",
        GuardState.Guarding => "guarding",
        GuardState.NothingToGuardAgainst => "nothing to guard against, networkd does not run here",
        GuardState.Degraded => "guarding, degraded",
        GuardState.Restoring => "restoring",
        _ => "failed, the kernel's notifications cannot be read",
    };
}
