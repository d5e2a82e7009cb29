using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Client;

/// <summary>Watch streams of our client.</summary>
[Collection(ClusterTests.Name)]
public sealed class WatchTests(ClusterFixture cluster) : IDisposable
{
    private static readonly ResourceType<UntypedObject> Maps = ResourceTypes.Untyped("", "v1", "configmaps", "ConfigMap", namespaced: true);
    private readonly KubeClient _client = Clients.Admin(cluster);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_watch_tells_each_change_after_its_version_in_order_and_ends_when_asked_to()
    {
        string ns = await cluster.NewNamespaceAsync("watch");
        string start = (await _client.ListPageAsync(Maps, new ListQuery(ns), default)).Value().Metadata.ResourceVersion!;
        (await _client.CreateAsync(Maps, Clients.Map(ns, "a"), WriteOptions.Default, default)).Value();
        await _client.PatchAsync(Maps, new(ns, "a"), Clients.Patch(PatchKind.Merge, """{"data":{"k":"2"}}"""), null, WriteOptions.Default, default);
        await _client.DeleteAsync(Maps, new(ns, "a"), new DeleteQuery(), default);

        var seen = new List<string>();
        var query = new WatchQuery(ns, LabelSelector: "of=client-tests", ResourceVersion: start, ServerTimeout: TimeSpan.FromSeconds(2));
        await foreach (WatchEvent<UntypedObject> happened in _client.WatchAsync(Maps, query, default))
        {
            seen.AddRange(happened switch
            {
                WatchEvent<UntypedObject>.Added { Value: var value } => [$"added {value.Data("k")}"],
                WatchEvent<UntypedObject>.Modified { Value: var value } => [$"modified {value.Data("k")}"],
                WatchEvent<UntypedObject>.Deleted { Value: var value } => [$"deleted {value.Data("k")}"],
                WatchEvent<UntypedObject>.Bookmark => (string[])[],
                _ => [happened.ToString()],
            });
        }

        seen.ShouldBe(["added v", "modified 2", "deleted 2"]);
    }

    [Fact]
    public async Task A_watch_list_gives_the_state_and_says_when_it_is_whole()
    {
        string ns = await cluster.NewNamespaceAsync("watch");
        (await _client.CreateAsync(Maps, Clients.Map(ns, "a"), WriteOptions.Default, default)).Value();
        (await _client.CreateAsync(Maps, Clients.Map(ns, "b"), WriteOptions.Default, default)).Value();
        var names = new List<string>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var query = new WatchQuery(ns, LabelSelector: "of=client-tests", SendInitialEvents: true);
        await foreach (WatchEvent<UntypedObject> happened in _client.WatchAsync(Maps, query, deadline.Token))
        {
            if (happened is WatchEvent<UntypedObject>.Bookmark { InitialEventsEnd: true } whole)
            {
                whole.ResourceVersion.ShouldNotBeNullOrEmpty();
                break;
            }

            names.Add(happened.ShouldBeOfType<WatchEvent<UntypedObject>.Added>().Value.Metadata.Name!);
        }

        names.Order().ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_watch_that_may_not_be_opened_is_one_failure()
    {
        string ns = await cluster.NewNamespaceAsync("watch");
        using KubeClient powerless = await Clients.PowerlessAsync(cluster, ns);
        var events = new List<WatchEvent<UntypedObject>>();
        await foreach (WatchEvent<UntypedObject> happened in powerless.WatchAsync(Maps, new WatchQuery(ns, ResourceVersion: "0"), default))
            events.Add(happened);
        ApiFailure failure = events.ShouldHaveSingleItem().ShouldBeOfType<WatchEvent<UntypedObject>.Failed>().Failure;
        failure.Kind.ShouldBe(ApiFailureKind.Forbidden);
        failure.Message.ShouldContain("verbs [\"watch\"]");
    }
}
