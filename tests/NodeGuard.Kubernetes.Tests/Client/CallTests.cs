using System.Net;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Client;

/// <summary>What goes over the wire for each verb, and what is made of each answer.</summary>
public sealed class CallTests
{
    private const string NodeJson = """{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1","resourceVersion":"5"}}""";
    private static readonly ObjectName N1 = new(string.Empty, "n1");
    private static readonly ObjectName Web = new("shop", "web-0");

    [Fact]
    public async Task EveryCallSaysWhoAsks()
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.OK, NodeJson);
        using var client = server.Client(new FixedCredentials(new Credential("s3cret", null, null)));
        (await client.GetAsync(ResourceTypes.Nodes, N1, default)).ShouldBeOfType<ApiResult<Node>.Ok>().Value.Metadata.Name.ShouldBe("n1");
        var call = server.Calls.ShouldHaveSingleItem();
        call.Target.ShouldBe("/k8s/c-1/api/v1/nodes/n1");
        call.Headers["User-Agent"].ShouldMatch(@"^nodeguard/0\.\d+\.\d+ \(linux/(amd64|arm64)\) test$");
        call.Headers["Accept"].ShouldBe("application/json");
        call.Headers["Authorization"].ShouldBe("Bearer s3cret");
        call.Headers["Impersonate-User"].ShouldBe("jane");
    }

    [Fact]
    public async Task AListAsksForItsPageAndSelection()
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.OK, """{"kind":"PodList","metadata":{"resourceVersion":"9","continue":"abc"},"items":[{"metadata":{"name":"a"}}]}""");
        using var client = server.Client();
        var page = await client.ListPageAsync(ResourceTypes.Pods, new ListQuery("shop", "a in (b,c)", "spec.nodeName=n1", 2, ResourceVersion: "0"), default);
        page.ShouldBeOfType<ApiResult<KubeList<Pod>>.Ok>().Value.Metadata.Continue.ShouldBe("abc");
        server.Calls[0].Target.ShouldBe("/k8s/c-1/api/v1/namespaces/shop/pods?labelSelector=a%20in%20%28b%2Cc%29&fieldSelector=spec.nodeName%3Dn1&limit=2&resourceVersion=0");
    }

    [Fact]
    public void AContinueTokenComesWithoutAVersion() =>
        RequestBuilder.List(ResourceTypes.Pods, new ListQuery(Limit: 0, Continue: "t", ResourceVersion: "5")).Target.ShouldBe("/api/v1/pods?continue=t");

    [Theory]
    [InlineData(PatchKind.Merge, "application/merge-patch+json", "")]
    [InlineData(PatchKind.Strategic, "application/strategic-merge-patch+json", "")]
    [InlineData(PatchKind.Json, "application/json-patch+json", "")]
    [InlineData(PatchKind.Apply, "application/apply-patch+yaml", "&force=true")]
    public async Task APatchNamesItsKind(PatchKind kind, string contentType, string extra)
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.OK, NodeJson);
        using var client = server.Client();
        var options = new WriteOptions("nodeguard", DryRun: true, Force: true);
        await client.PatchAsync(ResourceTypes.Nodes, N1, new Patch(kind, "{}"u8.ToArray()), "status", options, default);
        var call = server.Calls.ShouldHaveSingleItem();
        call.ContentType.ShouldBe(contentType);
        call.Method.ShouldBe("PATCH");
        call.Target.ShouldBe("/k8s/c-1/api/v1/nodes/n1/status?fieldValidation=Strict&fieldManager=nodeguard&dryRun=All" + extra);
    }

    [Fact]
    public async Task WritesCarryKindAndVersionAndAreStrict()
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.Created, "{}").Answer(HttpStatusCode.OK, "{}");
        using var client = server.Client();
        var lease = new Lease { Metadata = new ObjectMeta { Name = "l", Namespace = "sys", ResourceVersion = "3" } };
        await client.CreateAsync(ResourceTypes.Leases, lease, WriteOptions.Default, default);
        await client.ReplaceAsync(ResourceTypes.Leases, lease, null, WriteOptions.Default, default);
        server.Calls[0].Method.ShouldBe("POST");
        server.Calls[0].Target.ShouldBe("/k8s/c-1/apis/coordination.k8s.io/v1/namespaces/sys/leases?fieldValidation=Strict");
        server.Calls[0].Body.ShouldBe("""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l","namespace":"sys","resourceVersion":"3"}}""");
        server.Calls[1].Method.ShouldBe("PUT");
        server.Calls[1].Target.ShouldEndWith("/leases/l?fieldValidation=Strict");
    }

    [Fact]
    public async Task ADeleteSaysItsPreconditionsInTheBody()
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.OK, """{"kind":"Status","status":"Success"}""");
        using var client = server.Client();
        var query = new DeleteQuery("u1", "5", TimeSpan.FromSeconds(30), "Background", DryRun: true);
        (await client.DeleteAsync(ResourceTypes.Pods, Web, query, default)).ShouldBe(new ApiResult<bool>.Ok(true));
        server.Calls[0].Method.ShouldBe("DELETE");
        server.Calls[0].Body.ShouldBe("""{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":30,"preconditions":{"uid":"u1","resourceVersion":"5"},"propagationPolicy":"Background","dryRun":["All"]}""");
    }

    [Theory]
    [InlineData("""{"kind":"Status","status":"Success"}""", true)]
    [InlineData("""{"kind":"Pod","metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":30}}""", false)]
    [InlineData("""{"kind":"Pod","metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":0}}""", true)]
    [InlineData("""{"kind":"Pod","metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":0,"finalizers":["a"]}}""", false)]
    [InlineData("""{"kind":"Node","metadata":{"finalizers":["a"]}}""", false)]
    [InlineData("""{"kind":"Node","metadata":{}}""", true)]
    public async Task ADeletedObjectIsGoneOrStays(string answer, bool gone)
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.OK, answer);
        using var client = server.Client();
        (await client.DeleteAsync(ResourceTypes.Pods, Web, new DeleteQuery(), default)).ShouldBe(new ApiResult<bool>.Ok(gone));
    }

    [Fact]
    public async Task AnEvictionNamesItsPodAndUid()
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.Created, """{"kind":"Status","status":"Success"}""");
        using var client = server.Client();
        await client.EvictAsync(Web, new DeleteQuery(Uid: "u1", DryRun: true), default);
        server.Calls[0].Target.ShouldBe("/k8s/c-1/api/v1/namespaces/shop/pods/web-0/eviction?dryRun=All");
        server.Calls[0].Body.ShouldBe("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"web-0","namespace":"shop"},"deleteOptions":{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u1"},"dryRun":["All"]}}""");
    }

    [Theory]
    [InlineData("shop", "..")]
    [InlineData("shop", ".")]
    [InlineData("shop", "a/b")]
    [InlineData("shop", "a%2fb")]
    [InlineData("shop", "")]
    [InlineData("", "web-0")]
    [InlineData("..", "web-0")]
    public async Task ANameThatWouldReachAnotherObjectIsNeverSent(string @namespace, string name)
    {
        using var server = new ScriptedServer();
        using var client = server.Client();
        var result = await client.DeleteAsync(ResourceTypes.Pods, new ObjectName(@namespace, name), new DeleteQuery(), default);
        result.ShouldBeOfType<ApiResult<bool>.Failed>().Failure.Kind.ShouldBe(ApiFailureKind.Invalid);
        server.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("<html>Sign in</html>", "text/html", "<html>Sign in")]
    [InlineData("", "application/json", "no JSON object")]
    [InlineData("[]", "application/json", "no JSON object")]
    [InlineData("{\"metadata\":{\"name\":\"s3cret", "application/json", "$.metadata.name")]
    [InlineData("{\"metadata\":{\"name\":7}}", "application/json", "$.metadata.name")]
    [InlineData("{\"metadata\":null}", "application/json", "$.metadata")]
    public async Task AnAnswerThatIsNoObjectIsMalformed(string body, string contentType, string said)
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.OK, body, contentType);
        using var client = server.Client();
        var failure = (await client.GetAsync(ResourceTypes.Nodes, N1, default)).ShouldBeOfType<ApiResult<Node>.Failed>().Failure;
        failure.Kind.ShouldBe(ApiFailureKind.Malformed);
        failure.Message.ShouldContain(said);
        failure.Message.ShouldStartWith("get nodes n1: HTTP 200: ");
        failure.Message.ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task ABodyBeyondTheLimitIsNotKept()
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.OK, "{\"metadata\":{\"name\":\"" + new string('x', 200_000) + "\"}}");
        using var client = server.Client(change: o => o with { LargestBody = 100_000 });
        (await client.GetAsync(ResourceTypes.Nodes, N1, default)).ShouldBeOfType<ApiResult<Node>.Failed>()
            .Failure.Message.ShouldContain("larger than 100000 bytes");
    }

    [Fact]
    public async Task ARedirectIsNotFollowed()
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.Redirect, "moved", "text/plain");
        using var client = server.Client(new FixedCredentials(new Credential("s3cret", null, null)));
        (await client.GetAsync(ResourceTypes.Nodes, N1, default)).ShouldBeOfType<ApiResult<Node>.Failed>().Failure.Message.ShouldContain("redirect");
        server.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task ApplyNeedsAFieldManager()
    {
        using var server = new ScriptedServer();
        using var client = server.Client();
        var result = await client.PatchAsync(ResourceTypes.Nodes, N1, new Patch(PatchKind.Apply, "{}"u8.ToArray()), null, WriteOptions.Default, default);
        result.ShouldBeOfType<ApiResult<Node>.Failed>().Failure.Message.ShouldContain("field manager");
    }
}
