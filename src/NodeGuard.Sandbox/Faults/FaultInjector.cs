using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Faults;

/// <summary>The faults that are switched on, as a layer around every request; tests switch them in process.</summary>
/// <param name="store">Whose revision stale lists are behind of.</param>
/// <param name="time">The real clock: what a client waits for is real.</param>
/// <param name="random">Decides by a fault's probability.</param>
public sealed class FaultInjector(ObjectStore store, TimeProvider time, Random random)
{
    private readonly Lock _lock = new();
    private readonly List<Armed> _armed = [];

    /// <summary>What is switched on now.</summary>
    public IReadOnlyList<Fault> Faults
    {
        get
        {
            lock (_lock)
            {
                DropSpent();
                return [.. _armed.Select(armed => armed.Fault)];
            }
        }
    }

    public void Add(Fault fault)
    {
        lock (_lock)
        {
            _armed.Add(new Armed(fault, time.GetTimestamp()) { Left = fault.Times });
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _armed.Clear();
        }
    }

    public async Task InvokeAsync(HttpContext context, Func<Task> rest)
    {
        Fault[] hits = Hits(context.Request);
        if (hits.Length == 0)
        {
            await rest();
            return;
        }

        foreach (Fault late in hits.Where(fault => fault.Kind == FaultKind.Latency))
        {
            await Task.Delay(late.Delay, time, context.RequestAborted);
        }

        if (hits.Any(fault => fault.Kind == FaultKind.Hang))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (Array.Find(hits, fault => fault.Kind is FaultKind.Error or FaultKind.Gone) is { } error)
        {
            await AnswerAsync(context, error);
            return;
        }

        if (Array.Find(hits, fault => fault.Kind == FaultKind.Stale) is { } stale)
        {
            MakeStale(context.Request, stale);
        }

        if (Array.Find(hits, fault => fault.Kind == FaultKind.Cut) is not { } cut)
        {
            await rest();
            return;
        }

        using ITimer timer = time.CreateTimer(_ => context.Abort(), null, cut.Delay, Timeout.InfiniteTimeSpan);
        await rest();
    }

    private Fault[] Hits(HttpRequest request)
    {
        lock (_lock)
        {
            if (_armed.Count == 0)
            {
                return [];
            }

            DropSpent();
            var hits = new List<Fault>();
            foreach (Armed armed in _armed.Where(armed => Matches(armed.Fault, request) && Chance(armed.Fault)))
            {
                armed.Left--;
                hits.Add(armed.Fault);
            }

            return [.. hits];
        }
    }

    private void DropSpent() =>
        _armed.RemoveAll(armed => armed.Left <= 0 || (armed.Fault.For is { } limit && time.GetElapsedTime(armed.Since) >= limit));

    private bool Chance(Fault fault)
    {
        // A fault that is no secret's source: any generator serves.
        return fault.Probability >= 1 || random.NextDouble() < fault.Probability;
    }

    private static bool Matches(Fault fault, HttpRequest request)
    {
        string path = request.Path.Value ?? "";
        bool applies = fault.Kind switch
        {
            FaultKind.Gone => IsWatch(request) ? HasVersion(request) : request.Query.ContainsKey("continue"),
            FaultKind.Stale => VerbOf(request) == "list" && request.Query["resourceVersion"] == "0" && !request.Query.ContainsKey("continue"),
            FaultKind.Cut => true,
            _ => !path.StartsWith(FaultEndpoint.Path, StringComparison.Ordinal),
        };
        return applies
            && (fault.Verb.Length == 0 || fault.Verb == VerbOf(request) || fault.Verb.Equals(request.Method, StringComparison.OrdinalIgnoreCase))
            && path.Contains(fault.Path, StringComparison.Ordinal)
            && request.Headers.UserAgent.ToString().Contains(fault.Agent, StringComparison.Ordinal);
    }

    private static bool IsWatch(HttpRequest request) =>
        request.Query.TryGetValue("watch", out Microsoft.Extensions.Primitives.StringValues value) && value != "false" && value != "0";

    private static bool HasVersion(HttpRequest request) => request.Query["resourceVersion"].ToString() is not ("" or "0");

    // A collection's path has an even number of parts behind the version: .../v1/pods, .../v1/namespaces/NS/pods.
    private static string VerbOf(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method))
        {
            return request.Method switch { "POST" => "create", "PUT" => "update", "PATCH" => "patch", "DELETE" => "delete", _ => "" };
        }

        string[] parts = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        int behind = parts.Length - (parts is ["apis", ..] ? 3 : 2);
        bool named = behind > 0 && parts[^behind] == "namespaces" ? behind is 2 or > 3 : behind > 1;
        return IsWatch(request) ? "watch" : named ? "get" : "list";
    }

    private static async Task AnswerAsync(HttpContext context, Fault fault)
    {
        ApiStatus status = fault.Kind == FaultKind.Gone
            ? ApiStatus.Expired("too old resource version: a fault was injected")
            : fault.Code switch
            {
                429 => new ApiStatus(429, "TooManyRequests", "Too many requests, please try again later."),
                503 => new ApiStatus(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
                _ => new ApiStatus(fault.Code, "InternalError", "Internal error occurred: a fault was injected"),
            };
        if (fault.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        context.Response.StatusCode = status.Code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(status.ToJson().ToJsonString(), context.RequestAborted);
    }

    private void MakeStale(HttpRequest request, Fault fault)
    {
        long revision = Math.Max(1, store.Revision - fault.Behind);
        QueryString query = QueryString.Create(
            request.Query.Where(pair => pair.Key is not ("resourceVersion" or "resourceVersionMatch"))
                .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value)));
        request.QueryString = query.Add("resourceVersion", revision.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Add("resourceVersionMatch", "Exact");
    }

    private sealed class Armed(Fault fault, long since)
    {
        public Fault Fault => fault;

        public long Since => since;

        public int? Left { get; set; }
    }
}
