using System.Net;
using NodeGuard.Kubernetes.Discovery;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Tests.Client;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Discovery;

/// <summary>Discovery in both of its forms, and of a server of which a part is broken.</summary>
public sealed class DiscoveryTests
{
    private const string Core = """
        {"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","freshness":"Current","resources":[
         {"resource":"pods","responseKind":{"group":"","version":"","kind":"Pod"},"scope":"Namespaced","singularResource":"pod","shortNames":["po"],"verbs":["get"],"subresources":[{"subresource":"eviction","verbs":["create"]}]},
         {"resource":"nodes","responseKind":{"kind":"Node"},"scope":"Cluster","singularResource":"node","verbs":["get"]},
         {"resource":"events","responseKind":{"kind":"Event"},"scope":"Namespaced","singularResource":"event","verbs":["get"]},
         {"scope":"Cluster"}]}]}]}
        """;

    private const string Groups = """
        {"kind":"APIGroupDiscoveryList","items":[
         {"metadata":{"name":"events.k8s.io"},"versions":[{"version":"v1","resources":[{"resource":"events","responseKind":{"kind":"Event"},"scope":"Namespaced","singularResource":"event"}]}]},
         {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}
        """;

    [Fact]
    public async Task AggregatedDiscoveryTakesTwoCalls()
    {
        using var server = new ScriptedServer().Answer(HttpStatusCode.OK, Core).Answer(HttpStatusCode.OK, Groups);
        var catalog = await ReadAsync(server);
        server.Calls.Select(c => c.Target).ShouldBe(["/k8s/c-1/api", "/k8s/c-1/apis"]);
        server.Calls[0].Headers["Accept"].ShouldContain("as=APIGroupDiscoveryList");
        catalog.Find("po")!.Subresources.ShouldBe(["eviction"]);
        catalog.Find("Node")!.Namespaced.ShouldBeFalse();
        catalog.Find("events")!.ApiVersion.ShouldBe("v1");
        catalog.Find("events.events.k8s.io")!.ApiVersion.ShouldBe("events.k8s.io/v1");
        catalog.Find("event.v1.events.k8s.io")!.ApiVersion.ShouldBe("events.k8s.io/v1");
        catalog.Find("pods.v1.")!.Kind.ShouldBe("Pod");
        catalog.Find("pods.apps").ShouldBeNull();
        catalog.Unavailable.ShouldBe(["metrics.k8s.io/v1beta1"]);
    }

    [Fact]
    public async Task AServerWithoutItIsAskedForEachVersionAndABrokenOneIsNamed()
    {
        using var server = new ScriptedServer()
            .Answer(HttpStatusCode.OK, """{"kind":"APIVersions","versions":["v1"]}""")
            .Answer(HttpStatusCode.OK, """{"resources":[{"name":"pods","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"],"shortNames":["po"]},{"name":"pods/eviction","namespaced":true,"kind":"Eviction","verbs":["create"]}]}""")
            .Answer(HttpStatusCode.OK, """{"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"version":"v1beta1"},{"version":"v1"}],"preferredVersion":{"version":"v1"}},{"name":"metrics.k8s.io","versions":[{"version":"v1"}]}]}""")
            .Answer(HttpStatusCode.OK, """{"resources":[{"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment"}]}""")
            .Answer(HttpStatusCode.OK, """{"resources":[{"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment"}]}""")
            .Status(500, "InternalError", "no");
        var catalog = await ReadAsync(server);
        (catalog.Find("pod")!.Kind, catalog.Find("po")!.Subresources.Single()).ShouldBe(("Pod", "eviction"));
        catalog.Find("deployment")!.ApiVersion.ShouldBe("apps/v1");
        catalog.Find("apps/v1beta1", "Deployment").ShouldNotBeNull();
        catalog.Unavailable.ShouldBe(["metrics.k8s.io/v1"]);
    }

    [Fact]
    public async Task AServerThatRefusesIsAFailureAndNotAnEmptyCatalog()
    {
        using var server = new ScriptedServer().Status(403, "Forbidden", "forbidden: User cannot get path");
        using var client = server.Client();
        (await new ApiDiscovery(client).ReadAsync(default)).ShouldBeOfType<ApiResult<ResourceCatalog>.Failed>()
            .Failure.Message.ShouldContain("nonResourceURLs [\"/api\"], verbs [\"get\"]");
    }

    private static async Task<ResourceCatalog> ReadAsync(ScriptedServer server)
    {
        using var client = server.Client();
        return (await new ApiDiscovery(client).ReadAsync(default)).ShouldBeOfType<ApiResult<ResourceCatalog>.Ok>().Value;
    }
}
