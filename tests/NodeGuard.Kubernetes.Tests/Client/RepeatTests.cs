using System.Net;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Client;

/// <summary>Calls that are sent again, and those that are not; pacing; the call's own time.</summary>
public sealed class RepeatTests
{
    private const string NodeJson = """{"kind":"Node","metadata":{"name":"n1"}}""";
    private const string BudgetCause = """{"causes":[{"reason":"DisruptionBudget","message":"web needs 2"}],"retryAfterSeconds":10}""";
    private static readonly ObjectName N1 = new(string.Empty, "n1");

    [Fact]
    public async Task AThrottledReadWaitsAsLongAsTheServerAsks()
    {
        using var server = new ScriptedServer().Status(429, "TooManyRequests", "busy", retryAfter: "3").Answer(HttpStatusCode.OK, NodeJson);
        using var client = server.Client();
        var call = client.GetAsync(ResourceTypes.Nodes, N1, default);
        await server.Time.UntilTimerWithin(TimeSpan.FromSeconds(3));
        server.Time.Advance(TimeSpan.FromSeconds(2.9));
        server.Calls.Count.ShouldBe(1);
        server.Time.Advance(TimeSpan.FromSeconds(0.1));
        (await call).ShouldBeOfType<ApiResult<Node>.Ok>();
        server.Calls.Count.ShouldBe(2);
    }

    [Fact]
    public async Task AWaitBeyondTheCallsOwnTimeIsGivenToTheCaller()
    {
        using var server = new ScriptedServer().Status(429, "TooManyRequests", "busy", retryAfter: "31");
        using var client = server.Client();
        var failure = (await client.GetAsync(ResourceTypes.Nodes, N1, default)).ShouldBeOfType<ApiResult<Node>.Failed>().Failure;
        failure.Kind.ShouldBe(ApiFailureKind.Throttled);
        failure.RetryAfter.ShouldBe(TimeSpan.FromSeconds(31));
    }

    [Fact]
    public async Task AnEvictionIsNeverSentTwice()
    {
        using var server = new ScriptedServer().Status(429, "TooManyRequests", "Cannot evict", BudgetCause).Status(429, "TooManyRequests", "busy", retryAfter: "1");
        using var client = server.Client();
        var blocked = await client.EvictAsync(new ObjectName("a", "b"), new DeleteQuery(), default);
        blocked.ShouldBeOfType<ApiResult<bool>.Failed>().Failure.Kind.ShouldBe(ApiFailureKind.BlockedByBudget);
        var busy = (await client.EvictAsync(new ObjectName("a", "b"), new DeleteQuery(), default)).ShouldBeOfType<ApiResult<bool>.Failed>().Failure;
        busy.Kind.ShouldBe(ApiFailureKind.Throttled);
        busy.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
        server.Calls.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(ApiFailureKind.Throttled, 429, true, true)]
    [InlineData(ApiFailureKind.Throttled, 429, false, true)]
    [InlineData(ApiFailureKind.ServerError, 503, true, true)]
    [InlineData(ApiFailureKind.ServerError, 503, false, false)]
    [InlineData(ApiFailureKind.Timeout, 500, true, true)]
    [InlineData(ApiFailureKind.Timeout, 504, false, false)]
    [InlineData(ApiFailureKind.BlockedByBudget, 429, false, false)]
    [InlineData(ApiFailureKind.Conflict, 409, true, false)]
    [InlineData(ApiFailureKind.Unreachable, 0, true, false)]
    public void OnlyWhatTheServerDidNotBeginIsWrittenAgain(ApiFailureKind kind, int status, bool read, bool again)
    {
        var request = read ? RequestBuilder.Get(ResourceTypes.Nodes, N1) : RequestBuilder.Delete(ResourceTypes.Nodes, N1);
        var failure = new ApiFailure(kind, status, "", "", TimeSpan.FromSeconds(1), []);
        Repeat.After(request, failure, tries: 1, left: TimeSpan.FromSeconds(30)).ShouldBe(again ? TimeSpan.FromSeconds(1) : null);
        Repeat.After(request, failure, tries: 10, left: TimeSpan.FromSeconds(30)).ShouldBeNull();
        Repeat.After(request, failure with { RetryAfter = null }, tries: 1, left: TimeSpan.FromSeconds(30)).ShouldBeNull();
    }

    [Fact]
    public async Task ACallWithoutAnAnswerEndsInItsOwnTime()
    {
        using var server = new ScriptedServer().Answer(() => new StreamContent(new SilentStream()));
        using var client = server.Client();
        var call = client.GetAsync(ResourceTypes.Nodes, N1, default);
        await server.Time.UntilTimerWithin(TimeSpan.FromSeconds(30));
        server.Time.Advance(TimeSpan.FromSeconds(30));
        var failure = (await call).ShouldBeOfType<ApiResult<Node>.Failed>().Failure;
        failure.Kind.ShouldBe(ApiFailureKind.Timeout);
        failure.Message.ShouldBe("get nodes n1: https://cluster.example:6443: no answer within 30 s");
    }

    [Fact]
    public async Task CancellingACallThrows()
    {
        using var server = new ScriptedServer().Answer(() => new StreamContent(new SilentStream()));
        using var client = server.Client();
        using var cancel = new CancellationTokenSource();
        var call = client.GetAsync(ResourceTypes.Nodes, N1, cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
    }

    [Fact]
    public async Task ARefusedCredentialIsAskedForOnceMore()
    {
        using var server = new ScriptedServer().Status(401, "Unauthorized", "Unauthorized").Answer(HttpStatusCode.OK, NodeJson);
        using var client = server.Client(new RotatingToken());
        (await client.GetAsync(ResourceTypes.Nodes, N1, default)).ShouldBeOfType<ApiResult<Node>.Ok>();
        server.Calls.Select(c => c.Headers["Authorization"]).ShouldBe(["Bearer token-0", "Bearer token-1"]);
    }

    [Fact]
    public async Task ACredentialThatStaysRefusedIsNotAskedForAgain()
    {
        using var server = new ScriptedServer().Status(401, "Unauthorized", "Unauthorized").Status(401, "Unauthorized", "Unauthorized");
        using var client = server.Client(new RotatingToken());
        var failure = (await client.GetAsync(ResourceTypes.Nodes, N1, default)).ShouldBeOfType<ApiResult<Node>.Failed>().Failure;
        failure.Kind.ShouldBe(ApiFailureKind.Unauthorized);
        failure.Message.ShouldNotContain("token-");
        server.Calls.Count.ShouldBe(2);
    }

    [Fact]
    public void CallsBeyondTheBurstComeAtTheirRate()
    {
        var time = new ManualTime();
        var bucket = new TokenBucket(perSecond: 10, burst: 3, time);
        Enumerable.Range(0, 5).Select(_ => bucket.Take().TotalMilliseconds).ShouldBe([0, 0, 0, 100, 200]);
        time.Advance(TimeSpan.FromSeconds(10));
        Enumerable.Range(0, 4).Select(_ => bucket.Take().TotalMilliseconds).ShouldBe([0, 0, 0, 100]);
        Enumerable.Range(0, 1000).ShouldAllBe(_ => new TokenBucket(0, 0, time).Take() == TimeSpan.Zero);
    }

    [Fact]
    public async Task AWaitForAFreeCallThatIsCancelledGivesItsPlaceBack()
    {
        var time = new ManualTime();
        var bucket = new TokenBucket(perSecond: 1, burst: 1, time);
        await bucket.WaitAsync(default);
        using var cancel = new CancellationTokenSource();
        var waiting = bucket.WaitAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        bucket.Take().ShouldBe(TimeSpan.FromSeconds(1));
    }

    private sealed class RotatingToken : ICredentialSource
    {
        private int _generation;

        public ValueTask<CredentialResult> GetAsync(CancellationToken cancellation) =>
            new(new CredentialResult.Ready(new Credential($"token-{_generation}", null, null)));

        public bool Forget()
        {
            _generation++;
            return true;
        }
    }
}
