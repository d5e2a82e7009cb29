using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Client;

/// <summary>Each verb of our client on a server.</summary>
[Collection(ClusterTests.Name)]
public sealed class VerbTests(ClusterFixture cluster) : IDisposable
{
    private static readonly ResourceType<UntypedObject> Maps = ResourceTypes.Untyped("", "v1", "configmaps", "ConfigMap", namespaced: true);
    private readonly KubeClient _client = Clients.Admin(cluster);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task What_is_created_can_be_read_replaced_and_deleted()
    {
        string ns = await cluster.NewNamespaceAsync("client");
        var name = new ObjectName(ns, "a");
        UntypedObject made = (await _client.CreateAsync(Maps, Clients.Map(ns, "a"), WriteOptions.Default, default)).Value();
        made.Metadata.Uid.ShouldNotBeNullOrEmpty();

        UntypedObject read = (await _client.GetAsync(Maps, name, default)).Value();
        read.Metadata.ResourceVersion.ShouldBe(made.Metadata.ResourceVersion);
        read.Data("k").ShouldBe("v");
        read.Metadata.Labels!["of"] = "changed";
        UntypedObject replaced = (await _client.ReplaceAsync(Maps, read, null, WriteOptions.Default, default)).Value();
        replaced.Metadata.Labels!["of"].ShouldBe("changed");
        replaced.Data("k").ShouldBe("v");

        (await _client.ReplaceAsync(Maps, made, null, WriteOptions.Default, default)).Failure().Kind.ShouldBe(ApiFailureKind.Conflict);
        (await _client.DeleteAsync(Maps, name, new DeleteQuery(Uid: Guid.NewGuid().ToString()), default)).Failure().Kind.ShouldBe(ApiFailureKind.Conflict);
        (await _client.DeleteAsync(Maps, name, new DeleteQuery(ResourceVersion: made.Metadata.ResourceVersion), default))
            .Failure().Kind.ShouldBe(ApiFailureKind.Conflict);
        (await _client.DeleteAsync(Maps, name, new DeleteQuery(Uid: made.Metadata.Uid), default)).Value().ShouldBeTrue();
        (await _client.GetAsync(Maps, name, default)).Failure().Kind.ShouldBe(ApiFailureKind.NotFound);
    }

    [Fact]
    public async Task A_list_comes_in_chunks_of_one_state()
    {
        string ns = await cluster.NewNamespaceAsync("client");
        for (int i = 0; i < 7; i++)
            (await _client.CreateAsync(Maps, Clients.Map(ns, $"m{i}"), WriteOptions.Default, default)).Value();
        var names = new List<string>();
        var versions = new HashSet<string?>();
        string? next = null;
        do
        {
            KubeList<UntypedObject> page = (await _client.ListPageAsync(
                Maps, new ListQuery(ns, LabelSelector: "of in (client-tests)", Limit: 3, Continue: next), default)).Value();
            page.Items.Count.ShouldBeLessThanOrEqualTo(3);
            names.AddRange(page.Items.Select(i => i.Metadata.Name!));
            versions.Add(page.Metadata.ResourceVersion);
            next = page.Metadata.Continue;
        }
        while (!string.IsNullOrEmpty(next));
        names.ShouldBe(["m0", "m1", "m2", "m3", "m4", "m5", "m6"]);
        versions.Count.ShouldBe(1);
        (await _client.ListPageAsync(Maps, new ListQuery(ns, FieldSelector: "metadata.name=m4"), default)).Value()
            .Items.ShouldHaveSingleItem().Metadata.Name.ShouldBe("m4");
    }

    [Fact]
    public async Task A_continue_token_that_means_nothing_is_an_error_of_the_request()
    {
        string ns = await cluster.NewNamespaceAsync("client");
        (await _client.ListPageAsync(Maps, new ListQuery(ns, Continue: "bm9uc2Vuc2U"), default)).Failure().Kind.ShouldBe(ApiFailureKind.Invalid);
    }

    [Fact]
    public async Task Patches_of_each_kind_change_what_they_name()
    {
        string ns = await cluster.NewNamespaceAsync("client");
        var name = new ObjectName(ns, "a");
        (await _client.CreateAsync(Maps, Clients.Map(ns, "a"), WriteOptions.Default, default)).Value();

        UntypedObject merged = await PatchAsync(name, PatchKind.Merge, """{"data":{"m":"1","k":null}}""");
        (merged.Data("m"), merged.Data("k")).ShouldBe(("1", null));
        (await PatchAsync(name, PatchKind.Strategic, """{"data":{"s":"2"},"metadata":{"finalizers":["example.com/a"]}}""")).Data("s").ShouldBe("2");
        UntypedObject both = await PatchAsync(name, PatchKind.Strategic, """{"metadata":{"finalizers":["example.com/b"]}}""");
        both.Metadata.Finalizers!.Order().ShouldBe(["example.com/a", "example.com/b"]);
        (await PatchAsync(name, PatchKind.Json, """[{"op":"test","path":"/data/m","value":"1"},{"op":"replace","path":"/data/m","value":"3"}]""")).Data("m").ShouldBe("3");
        UntypedObject freed = await PatchAsync(name, PatchKind.Merge, """{"metadata":{"finalizers":null}}""");
        freed.Metadata.Finalizers.ShouldBeNull();

        ApiFailure unmet = (await _client.PatchAsync(
            Maps, name, Clients.Patch(PatchKind.Json, """[{"op":"test","path":"/data/m","value":"1"}]"""), null, WriteOptions.Default, default)).Failure();
        unmet.Kind.ShouldBe(ApiFailureKind.Invalid);
    }

    [Fact]
    public async Task The_status_of_a_node_is_written_by_its_subresource_only()
    {
        var name = new ObjectName("", await cluster.NewNodeAsync("client"));
        var patch = Clients.Patch(PatchKind.Strategic, """{"status":{"conditions":[{"type":"Tried","status":"True","reason":"Test"}]}}""");
        Node unchanged = (await _client.PatchAsync(ResourceTypes.Nodes, name, patch, null, WriteOptions.Default, default)).Value();
        unchanged.Status!.Conditions!.ShouldNotContain(c => c.Type == "Tried");
        Node changed = (await _client.PatchAsync(ResourceTypes.Nodes, name, patch, "status", WriteOptions.Default, default)).Value();
        changed.Status!.Conditions!.ShouldContain(c => c.Type == "Tried" && c.Status == "True");
        changed.Status.Conditions!.ShouldContain(c => c.Type == "Ready");
    }

    [Fact]
    public async Task A_dry_run_answers_and_stores_nothing()
    {
        string ns = await cluster.NewNamespaceAsync("client");
        var dry = new WriteOptions(DryRun: true);
        (await _client.CreateAsync(Maps, Clients.Map(ns, "dry"), dry, default)).Value().Metadata.Name.ShouldBe("dry");
        (await _client.GetAsync(Maps, new ObjectName(ns, "dry"), default)).Failure().Kind.ShouldBe(ApiFailureKind.NotFound);
        (await _client.CreateAsync(Maps, Clients.Map(ns, "wet"), WriteOptions.Default, default)).Value();
        await _client.DeleteAsync(Maps, new ObjectName(ns, "wet"), new DeleteQuery(DryRun: true), default);
        (await _client.GetAsync(Maps, new ObjectName(ns, "wet"), default)).Value().Metadata.DeletionTimestamp.ShouldBeNull();
    }

    [Fact]
    public async Task An_object_with_a_finalizer_is_not_gone_when_it_is_deleted()
    {
        string ns = await cluster.NewNamespaceAsync("client");
        var name = new ObjectName(ns, "held");
        UntypedObject held = Clients.Map(ns, "held");
        held.Metadata.Finalizers = ["example.com/hold"];
        (await _client.CreateAsync(Maps, held, WriteOptions.Default, default)).Value();
        (await _client.DeleteAsync(Maps, name, new DeleteQuery(), default)).Value().ShouldBeFalse();
        await PatchAsync(name, PatchKind.Merge, """{"metadata":{"finalizers":null}}""");
        (await _client.GetAsync(Maps, name, default)).Failure().Kind.ShouldBe(ApiFailureKind.NotFound);
    }

    private async Task<UntypedObject> PatchAsync(ObjectName name, PatchKind kind, string json) =>
        (await _client.PatchAsync(Maps, name, Clients.Patch(kind, json), null, WriteOptions.Default, default)).Value();
}
