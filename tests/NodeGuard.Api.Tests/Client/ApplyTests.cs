using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Client;

/// <summary>Server-side apply, and the strictness of our own writes.</summary>
[Collection(ClusterTests.Name)]
public sealed class ApplyTests(ClusterFixture cluster) : IDisposable
{
    private static readonly ResourceType<UntypedObject> Maps = ResourceTypes.Untyped("", "v1", "configmaps", "ConfigMap", namespaced: true);
    private readonly KubeClient _client = Clients.Admin(cluster);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Apply_owns_its_fields_until_it_is_forced_away()
    {
        string ns = await cluster.NewNamespaceAsync("client");
        var name = new ObjectName(ns, "applied");
        const string one = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"k":"one"}}""";
        (await ApplyAsync(name, one, new WriteOptions("first"))).Value().Data("k").ShouldBe("one");

        string two = one.Replace("one", "two", StringComparison.Ordinal);
        ApiFailure conflict = (await ApplyAsync(name, two, new WriteOptions("second"))).Failure();
        conflict.Kind.ShouldBe(ApiFailureKind.Conflict);
        conflict.Message.ShouldContain("first");
        (await ApplyAsync(name, two, new WriteOptions("second", Force: true))).Value().Data("k").ShouldBe("two");
    }

    [Fact]
    public async Task A_field_that_the_server_does_not_know_is_refused_and_not_dropped()
    {
        string ns = await cluster.NewNamespaceAsync("refused");
        UntypedObject map = Clients.Map(ns, "a");
        map.Unknown!["dota"] = System.Text.Json.JsonSerializer.SerializeToElement("x");
        ApiFailure failure = (await _client.CreateAsync(Maps, map, WriteOptions.Default, default)).Failure();
        failure.Kind.ShouldBe(ApiFailureKind.Invalid);
        failure.Message.ShouldContain("dota");
    }

    private Task<ApiResult<UntypedObject>> ApplyAsync(ObjectName name, string json, WriteOptions options) =>
        _client.PatchAsync(Maps, name, Clients.Patch(PatchKind.Apply, json), null, options, default);
}
