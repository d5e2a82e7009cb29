using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NodeGuard.Sandbox.Faults;
using NodeGuard.Sandbox.Store;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Faults;

public sealed class FaultInjectorTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private readonly ManualTime _time = new();
    private readonly ObjectStore _store = new();
    private readonly FaultInjector _faults;

    public FaultInjectorTests() => _faults = new FaultInjector(_store, _time, new Random(1));

    [Fact]
    public async Task WithoutAFaultARequestPasses() => (await SendAsync("GET", Pods)).Passed.ShouldBeTrue();

    [Theory]
    [InlineData("error=500", 500, "InternalError")]
    [InlineData("error=503", 503, "ServiceUnavailable")]
    [InlineData("error=429", 429, "TooManyRequests")]
    public async Task AnErrorIsAStatusInPlaceOfAnAnswer(string text, int code, string reason)
    {
        Add(text + ",retry-after=2");
        Sent sent = await SendAsync("POST", Pods);
        sent.Passed.ShouldBeFalse();
        sent.Context.Response.StatusCode.ShouldBe(code);
        sent.Context.Response.Headers.RetryAfter.ToString().ShouldBe("2");
        ((string?)sent.Body["reason"]).ShouldBe(reason);
        ((int?)sent.Body["code"]).ShouldBe(code);
    }

    [Fact]
    public async Task AFaultEndsAfterItsTimesAndAfterItsTime()
    {
        Add("error=500,times=2");
        (await SendAsync("GET", Pods)).Passed.ShouldBeFalse();
        (await SendAsync("GET", Pods)).Passed.ShouldBeFalse();
        (await SendAsync("GET", Pods)).Passed.ShouldBeTrue();
        Add("error=500,for=10s");
        (await SendAsync("GET", Pods)).Passed.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(10));
        (await SendAsync("GET", Pods)).Passed.ShouldBeTrue();
        _faults.Faults.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("verb=list", "GET", Pods, true)]
    [InlineData("verb=list", "GET", Pods + "/web", false)]
    [InlineData("verb=get", "GET", Pods + "/web", true)]
    [InlineData("verb=get", "GET", "/api/v1/namespaces/default", true)]
    [InlineData("verb=get", "GET", "/api/v1/nodes/node-1", true)]
    [InlineData("verb=list", "GET", "/apis/apps/v1/deployments", true)]
    [InlineData("verb=watch", "GET", Pods + "?watch=true", true)]
    [InlineData("verb=watch", "GET", Pods + "?watch=false", false)]
    [InlineData("verb=create", "POST", Pods, true)]
    [InlineData("verb=create", "PATCH", Pods + "/web", false)]
    [InlineData("verb=DELETE", "DELETE", Pods + "/web", true)]
    [InlineData("path=/nodes", "GET", Pods, false)]
    [InlineData("agent=kubectl", "GET", Pods, true)]
    [InlineData("agent=nodeguard", "GET", Pods, false)]
    public async Task AFaultHitsOnlyWhatItNames(string filter, string method, string path, bool hit)
    {
        Add("error=500," + filter);
        (await SendAsync(method, path)).Passed.ShouldBe(!hit);
    }

    [Fact]
    public async Task AProbabilityHitsItsPart()
    {
        Add("error=500,probability=0.25");
        int hits = 0;
        for (int i = 0; i < 2000; i++)
        {
            hits += (await SendAsync("GET", Pods)).Passed ? 0 : 1;
        }

        hits.ShouldBeInRange(400, 600);
    }

    [Fact]
    public async Task LatencyComesBeforeTheAnswer()
    {
        Add("latency=200ms");
        Task<Sent> sending = SendAsync("GET", Pods);
        await _time.UntilTimerWithin(TimeSpan.FromMilliseconds(200));
        sending.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(200));
        (await sending).Passed.ShouldBeTrue();
    }

    [Fact]
    public async Task AHangEndsOnlyWithTheClient()
    {
        Add("hang");
        using var client = new CancellationTokenSource();
        Task<Sent> sending = SendAsync("GET", Pods, client: client.Token);
        _time.Advance(TimeSpan.FromHours(1));
        sending.IsCompleted.ShouldBeFalse();
        await client.CancelAsync();
        (await sending).Passed.ShouldBeFalse();
    }

    [Fact]
    public async Task ACutEndsTheConnectionInTheMiddle()
    {
        Add("cut=5s,verb=watch");
        var lifetime = new Lifetime();
        Task<Sent> sending = SendAsync("GET", Pods + "?watch=true", lifetime: lifetime, rest: lifetime.UntilAborted);
        await _time.UntilTimerWithin(TimeSpan.FromSeconds(5));
        lifetime.Aborted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(5));
        await sending;
        lifetime.Aborted.ShouldBeTrue();
    }

    [Theory]
    [InlineData(Pods + "?watch=true&resourceVersion=7", false)]
    [InlineData(Pods + "?watch=true", true)]
    [InlineData(Pods + "?continue=abc", false)]
    [InlineData(Pods, true)]
    public async Task GoneHitsWatchesFromARevisionAndContinuedLists(string path, bool passes)
    {
        Add("gone");
        Sent sent = await SendAsync("GET", path);
        sent.Passed.ShouldBe(passes);
        if (!passes)
        {
            sent.Context.Response.StatusCode.ShouldBe(410);
            ((string?)sent.Body["reason"]).ShouldBe("Expired");
        }
    }

    [Fact]
    public async Task AStaleListIsOfAnOlderRevisionWhereTheClientAllowsIt()
    {
        for (int i = 0; i < 10; i++)
        {
            _store.Create("pods", $"p{i}", new JsonObject { ["metadata"] = new JsonObject() });
        }

        Add("stale=4");
        Sent cached = await SendAsync("GET", Pods + "?resourceVersion=0&limit=5");
        cached.Context.Request.Query["resourceVersion"].ToString().ShouldBe("7");
        cached.Context.Request.Query["resourceVersionMatch"].ToString().ShouldBe("Exact");
        cached.Context.Request.Query["limit"].ToString().ShouldBe("5");
        Sent consistent = await SendAsync("GET", Pods);
        consistent.Context.Request.Query.ContainsKey("resourceVersion").ShouldBeFalse("such a list is never stale");
    }

    private void Add(string text) => _faults.Add(FaultText.Parse(text, out string error).ShouldNotBeNull(error));

    private async Task<Sent> SendAsync(
        string method, string path, Lifetime? lifetime = null, Func<Task>? rest = null, CancellationToken client = default)
    {
        var context = new DefaultHttpContext { RequestAborted = client };
        if (lifetime is not null)
        {
            context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        }

        string[] parts = path.Split('?');
        context.Request.Method = method;
        context.Request.Path = parts[0];
        context.Request.QueryString = new QueryString(parts.Length > 1 ? "?" + parts[1] : "");
        context.Request.Headers.UserAgent = "kubectl/v1.36";
        context.Response.Body = new MemoryStream();
        bool passed = false;
        await _faults.InvokeAsync(context, () =>
        {
            passed = true;
            return rest?.Invoke() ?? Task.CompletedTask;
        });
        return new Sent(passed, context);
    }

    private sealed record Sent(bool Passed, HttpContext Context)
    {
        public JsonNode Body => JsonNode.Parse(((MemoryStream)Context.Response.Body).ToArray())!;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken RequestAborted { get; set; }

        public bool Aborted => _end.Task.IsCompleted;

        public void Abort() => _end.TrySetResult();

        public Task UntilAborted() => _end.Task;
    }
}
