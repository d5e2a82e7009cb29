using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeGuard.Agent.Control;
using NodeGuard.Hosting.Http;

namespace NodeGuard.Agent.Http;

/// <summary>What root may ask of the running agent over the control socket.</summary>
internal sealed class ControlApi(IRouteGuard guard, IUpdateHold? hold = null, IPendingUpdates? pending = null, IUpdateRuns? runs = null, IImageDrift? drift = null)
{
    private const string Known =
        "/v1/status, /v1/episodes, /v1/routes, /v1/routes/diff, /v1/routes/watch, /v1/routes/restore, /v1/pins/ID, /v1/updates, /v1/updates/pending, /v1/updates/runs, /v1/updates/runs/ID/log";

    private const string PinPrefix = "/v1/pins/";
    private const string RunPrefix = "/v1/updates/runs/";
    private const string LogEnding = "/log";
    private const int ObjectIdLength = 12;
    private const int LongestWish = 4096;

    public Task HandleAsync(HttpContext context, CancellationToken cancellation)
    {
        string path = context.Request.Path.Value ?? string.Empty;
        if (path.StartsWith(PinPrefix, StringComparison.Ordinal))
        {
            return PinAsync(context, path[PinPrefix.Length..], cancellation);
        }

        if (runs is not null && path.StartsWith(RunPrefix, StringComparison.Ordinal) && path.EndsWith(LogEnding, StringComparison.Ordinal) && path.Length > RunPrefix.Length + LogEnding.Length)
        {
            return GetAsync(context, () => HttpAnswers.JsonAsync(
                context, StatusCodes.Status200OK, new UpdateLog(runs.LogOf(path[RunPrefix.Length..^LogEnding.Length])), ControlJsonContext.Default.UpdateLog));
        }

        return path switch
        {
            "/v1/status" => GetAsync(context, () => HttpAnswers.JsonAsync(context, StatusCodes.Status200OK, guard.Status with { Hazard = pending?.Latest?.Hazard, Drift = drift?.Latest }, ControlJsonContext.Default.GuardStatus)),
            "/v1/episodes" => GetAsync(context, () => HttpAnswers.JsonStreamAsync(context, guard.Episodes, ControlJsonContext.Default.IReadOnlyListEpisodeRecord)),
            "/v1/routes" => GetAsync(context, () => ListAsync(context, cancellation)),
            "/v1/routes/diff" => GetAsync(context, () => DiffAsync(context, cancellation)),
            "/v1/routes/watch" => GetAsync(context, () => WatchAsync(context, cancellation)),
            "/v1/routes/restore" => RestoreAsync(context, cancellation),
            "/v1/updates" when hold is not null => GetAsync(context, () => UpdatesAsync(context, hold, pending, cancellation)),
            "/v1/updates/pending" when pending is not null => PendingAsync(context, pending, cancellation),
            "/v1/updates/runs" when runs is not null => RunsAsync(context, runs, cancellation),
            _ => HttpAnswers.NotFoundAsync(context, Known),
        };
    }

    private static Task GetAsync(HttpContext context, Func<Task> answer) =>
        HttpMethods.IsGet(context.Request.Method) ? answer() : HttpAnswers.WrongMethodAsync(context, "GET");

    private async Task ListAsync(HttpContext context, CancellationToken cancellation) =>
        await HttpAnswers.JsonStreamAsync(
            context, await guard.ListAsync(cancellation), ControlJsonContext.Default.IReadOnlyListLedgerObject);

    private static async Task UpdatesAsync(HttpContext context, IUpdateHold hold, IPendingUpdates? pending, CancellationToken cancellation)
    {
        UpdatesStatus status = await hold.LookAsync(cancellation);
        await HttpAnswers.JsonAsync(
            context, StatusCodes.Status200OK, status with { Pending = pending?.Latest }, ControlJsonContext.Default.UpdatesStatus);
    }

    private async Task DiffAsync(HttpContext context, CancellationToken cancellation) =>
        await HttpAnswers.JsonStreamAsync(
            context, await guard.DiffAsync(cancellation), ControlJsonContext.Default.IReadOnlyListLedgerDifference);

    private async Task RestoreAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await HttpAnswers.WrongMethodAsync(context, "POST");
            return;
        }

        RestoreReport report = await guard.RestoreAsync(cancellation);
        await HttpAnswers.JsonAsync(context, StatusCodes.Status200OK, report, ControlJsonContext.Default.RestoreReport);
    }

    // GET tells what is known, and looks only where nothing is yet; POST looks anew.
    private static async Task PendingAsync(HttpContext context, IPendingUpdates pending, CancellationToken cancellation)
    {
        bool anew = HttpMethods.IsPost(context.Request.Method);
        if (!anew && !HttpMethods.IsGet(context.Request.Method))
        {
            await HttpAnswers.WrongMethodAsync(context, "GET, POST");
            return;
        }

        PendingStatus status = anew || pending.Latest is null ? await pending.LookAsync(cancellation) : pending.Latest;
        await HttpAnswers.JsonAsync(context, StatusCodes.Status200OK, status, ControlJsonContext.Default.PendingStatus);
    }

    private static async Task RunsAsync(HttpContext context, IUpdateRuns runs, CancellationToken cancellation)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await HttpAnswers.JsonAsync(context, StatusCodes.Status200OK, runs.History, ControlJsonContext.Default.UpdateHistory);
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await HttpAnswers.WrongMethodAsync(context, "GET, POST");
            return;
        }

        if (await WishAsync(context, cancellation) is not { } wish)
        {
            await HttpAnswers.ErrorAsync(context, StatusCodes.Status400BadRequest, "wanted is a JSON object with by and scope (security or all), at most 4096 bytes of it");
            return;
        }

        UpdateAnswer answer = await runs.BeginAsync(wish, cancellation);
        if (answer.Run is { } run)
        {
            await HttpAnswers.JsonAsync(context, StatusCodes.Status202Accepted, run, ControlJsonContext.Default.UpdateRun);
        }
        else
        {
            await HttpAnswers.ErrorAsync(context, StatusCodes.Status409Conflict, answer.Problem ?? "not begun");
        }
    }

    private static async Task<UpdateWish?> WishAsync(HttpContext context, CancellationToken cancellation)
    {
        if (context.Request.ContentLength is not (> 0 and <= LongestWish))
        {
            return null;
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, ControlJsonContext.Default.UpdateWish, cancellation) is { By: not null } wish ? wish : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task PinAsync(HttpContext context, string id, CancellationToken cancellation)
    {
        bool pin = HttpMethods.IsPut(context.Request.Method);
        if (!pin && !HttpMethods.IsDelete(context.Request.Method))
        {
            await HttpAnswers.WrongMethodAsync(context, "PUT, DELETE");
            return;
        }

        if (id.Length != ObjectIdLength || !id.All(char.IsAsciiHexDigitLower))
        {
            await HttpAnswers.ErrorAsync(
                context,
                StatusCodes.Status400BadRequest,
                $"\"{HttpAnswers.Shown(id)}\" is no object id; wanted {ObjectIdLength} lower-case hex digits as `nodeguard routes list` shows them.");
            return;
        }

        PinOutcome outcome = pin ? await guard.PinAsync(id, cancellation) : await guard.UnpinAsync(id, cancellation);
        if (outcome.Done)
        {
            await HttpAnswers.JsonAsync(context, StatusCodes.Status200OK, outcome, ControlJsonContext.Default.PinOutcome);
        }
        else
        {
            await HttpAnswers.ErrorAsync(context, StatusCodes.Status409Conflict, outcome.Message);
        }
    }

    /// <summary>One JSON object per line, each sent at once, until the client leaves or the agent stops.</summary>
    private async Task WatchAsync(HttpContext context, CancellationToken cancellation)
    {
        context.Response.ContentType = "application/x-ndjson";
        // The head goes out before the first event, so that the client knows that it is being served.
        await context.Response.StartAsync(cancellation);
        await context.Response.BodyWriter.FlushAsync(cancellation);
        await foreach (RouteEvent happened in guard.WatchAsync(cancellation).WithCancellation(cancellation))
        {
            byte[] line = JsonSerializer.SerializeToUtf8Bytes(happened, ControlJsonContext.Default.RouteEvent);
            await context.Response.BodyWriter.WriteAsync(line, cancellation);
            await context.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), cancellation);
        }
    }
}
