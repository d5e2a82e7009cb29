using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Sandbox.Faults;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Client;

/// <summary>The watch cache against what a server holds, while the way between them breaks.</summary>
[Collection(ClusterTests.Name)]
public sealed class CacheTests(ClusterFixture cluster)
{
    private static readonly ResourceType<UntypedObject> Maps = ResourceTypes.Untyped("", "v1", "configmaps", "ConfigMap", namespaced: true);
    private static readonly CacheIndex<Kept> ByValue = new("value", kept => kept.Value);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_change_is_missed_over_cut_streams_and_a_server_that_stalls(bool streaming)
    {
        string ns = await cluster.NewNamespaceAsync("cache");
        (TcpRelay relay, string kubeconfig) = TcpRelay.Before(cluster.Kubeconfig, cluster.Scratch);
        await using (relay)
        {
            await using var follower = new Follower(kubeconfig, ns, streaming);
            await follower.Cache.WaitForSyncAsync(Deadline());
            for (int round = 0; round < 4; round++)
            {
                await ChangeAsync(cluster.Api, ns, round);
                if (round % 2 == 0)
                    relay.Cut();
                else
                    relay.Hold();
                await ChangeAsync(cluster.Api, ns, round + 100);
                if (round % 2 == 1)
                    await follower.SilenceAsync();
                relay.Release();
                await EqualAsync(cluster.Api, ns, follower);
            }

            follower.WentBack.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_history_that_the_server_forgot_is_read_again_without_a_missed_object()
    {
        string directory = Path.Combine(cluster.Scratch, $"own-{Guid.NewGuid():N}");
        Directory.CreateDirectory(directory);
        await using SandboxInProcess own = await SandboxInProcess.StartAsync(directory);
        var faults = new FaultInjector(own.Cluster.Store, TimeProvider.System, new Random(1));
        own.Server.Middleware = faults.InvokeAsync;
        using RawApi api = RawApi.FromKubeconfig(own.Kubeconfig);
        (TcpRelay relay, string kubeconfig) = TcpRelay.Before(own.Kubeconfig, directory);
        await using (relay)
        {
            await using var follower = new Follower(kubeconfig, "default", streaming: true);
            await follower.Cache.WaitForSyncAsync(Deadline());
            await ChangeAsync(api, "default", 1);
            relay.Hold();
            await ChangeAsync(api, "default", 2);
            own.Cluster.Store.Compact();
            faults.Add(new Fault { Kind = FaultKind.Gone, Times = 2 });
            relay.Cut();
            relay.Release();
            await EqualAsync(api, "default", follower);
            await ChangeAsync(api, "default", 3);
            await EqualAsync(api, "default", follower);
            follower.WentBack.ShouldBeFalse();
        }
    }

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private static async Task ChangeAsync(RawApi api, string ns, int round)
    {
        string path = $"/api/v1/namespaces/{ns}/configmaps";
        for (int i = 0; i < 4; i++)
        {
            var map = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = $"m{round}-{i}", ["labels"] = new JsonObject { ["of"] = "cache" } },
                ["data"] = new JsonObject { ["k"] = "new" },
            };
            await api.CreateAsync(path, map);
            await api.PatchAsync($"{path}/m{round}-{i}", new JsonObject { ["data"] = new JsonObject { ["k"] = $"v{i % 2}" } });
        }

        await api.DeleteAsync($"{path}/m{round}-3");
    }

    /// <summary>Waits until the cache holds the server's newest write, then compares all of it.</summary>
    private static async Task EqualAsync(RawApi api, string ns, Follower follower)
    {
        RawAnswer list = await api.GetAsync($"/api/v1/namespaces/{ns}/configmaps?labelSelector=of%3Dcache");
        string[] wanted = [.. list["items"].AsArray()
            .Select(i => $"{i!["metadata"]!["name"]}@{i["metadata"]!["resourceVersion"]}={i["data"]!["k"]}").Order(StringComparer.Ordinal)];
        await Clients.UntilAsync(
            () => Task.FromResult(string.Join('\n', follower.Cache.Current!.Objects.Select(k => k.ToString()).Order(StringComparer.Ordinal))),
            held => held == string.Join('\n', wanted));
        CacheSnapshot<Kept> now = follower.Cache.Current!;
        now.With(ByValue, "v1").Count().ShouldBe(wanted.Count(w => w.EndsWith("=v1", StringComparison.Ordinal)));
    }

    private static ulong Number(CacheSnapshot<Kept> snapshot) => ulong.Parse(snapshot.ResourceVersion, System.Globalization.CultureInfo.InvariantCulture);

    private sealed record Kept(string Name, string Version, string? Value)
    {
        public override string ToString() => $"{Name}@{Version}={Value}";
    }

    private sealed class Follower : IAsyncDisposable
    {
        private readonly KubeClient _client;
        private readonly CacheMetrics _metrics = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private readonly Task _reading;

        public Follower(string kubeconfig, string ns, bool streaming)
        {
            _client = Clients.Connect(new ConnectionRequest(kubeconfig), _ => null);
            Cache = new ResourceCache<UntypedObject, Kept>(
                _client,
                Maps,
                new CacheOptions<UntypedObject, Kept>
                {
                    Transform = (map, pool) => new Kept(map.Metadata.Name!, map.Metadata.ResourceVersion!, pool.ShareOrNull(map.Data("k"))),
                    Indexes = [ByValue],
                    Namespace = ns,
                    LabelSelector = "of=cache",
                    Streaming = streaming,
                    Silence = TimeSpan.FromSeconds(2),
                    PageTimeout = TimeSpan.FromSeconds(5),
                },
                _metrics,
                TimeProvider.System,
                NullLogger.Instance);
            _running = Cache.RunAsync(_stop.Token);
            _reading = ReadAsync();
        }

        public ResourceCache<UntypedObject, Kept> Cache { get; }

        /// <summary>A reader saw an older state after a newer one.</summary>
        public bool WentBack { get; private set; }

        /// <summary>Until the cache has noticed that nothing comes.</summary>
        public async Task SilenceAsync() =>
            await Clients.UntilAsync(() => Task.FromResult(Cache.Health.LastProgress), age => age > TimeSpan.FromSeconds(2.5));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            foreach (Task task in (Task[])[_running, _reading])
                await task.ContinueWith(_ => { }, TaskScheduler.Default);
            _client.Dispose();
            _metrics.Dispose();
            _stop.Dispose();
        }

        private async Task ReadAsync()
        {
            CacheSnapshot<Kept> seen = await Cache.WaitForSyncAsync(_stop.Token);
            while (true)
            {
                CacheSnapshot<Kept> next = await Cache.WaitForNewerAsync(seen, _stop.Token);
                WentBack |= Number(next) < Number(seen);
                seen = next;
            }
        }
    }
}
