using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Discovery;
using NodeGuard.Kubernetes.Models;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Client;

/// <summary>Any resource, by the name that a person writes.</summary>
[Collection(ClusterTests.Name)]
public sealed class DiscoveryTests(ClusterFixture cluster) : IDisposable
{
    private readonly KubeClient _client = Clients.Admin(cluster);

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("po", "v1", "Pod", true)]
    [InlineData("node", "v1", "Node", false)]
    [InlineData("ConfigMap", "v1", "ConfigMap", true)]
    [InlineData("deployments.apps", "apps/v1", "Deployment", true)]
    [InlineData("deploy.v1.apps", "apps/v1", "Deployment", true)]
    [InlineData("pdb", "policy/v1", "PodDisruptionBudget", true)]
    [InlineData("leases", "coordination.k8s.io/v1", "Lease", true)]
    [InlineData("events.events.k8s.io", "events.k8s.io/v1", "Event", true)]
    public async Task A_name_finds_its_resource(string name, string apiVersion, string kind, bool namespaced)
    {
        ResourceCatalog catalog = (await new ApiDiscovery(_client).ReadAsync(default)).Value();
        DiscoveredResource found = catalog.Find(name).ShouldNotBeNull();
        (found.ApiVersion, found.Kind, found.Namespaced).ShouldBe((apiVersion, kind, namespaced));
        catalog.Find(apiVersion, kind).ShouldBe(found);
        catalog.Unavailable.ShouldBeEmpty();
    }

    [Fact]
    public async Task Objects_of_a_discovered_resource_are_read_and_written()
    {
        string ns = await cluster.NewNamespaceAsync("untyped");
        ResourceCatalog catalog = (await new ApiDiscovery(_client).ReadAsync(default)).Value();
        catalog.Find("pods")!.Subresources.ShouldContain("eviction");
        catalog.Find("nothing-like-this").ShouldBeNull();
        ResourceType<UntypedObject> maps = catalog.Find("cm").ShouldNotBeNull().Untyped;
        (await _client.CreateAsync(maps, Clients.Map(ns, "a"), WriteOptions.Default, default)).Value();
        (await _client.ListPageAsync(maps, new ListQuery(ns, LabelSelector: "of=client-tests"), default)).Value()
            .Items.ShouldHaveSingleItem().Data("k").ShouldBe("v");
    }
}
