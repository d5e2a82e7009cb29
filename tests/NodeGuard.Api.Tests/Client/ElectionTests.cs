using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Election;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Client;

/// <summary>Three candidates with short leases on a server, each on its own wire.</summary>
[Collection(ClusterTests.Name)]
public sealed class ElectionTests(ClusterFixture cluster)
{
    private static readonly LeaseTimes Times = new()
    {
        LeaseDuration = TimeSpan.FromSeconds(4),
        RenewDeadline = TimeSpan.FromSeconds(3),
        RetryPeriod = TimeSpan.FromMilliseconds(500),
    };

    [Fact]
    public async Task One_leads_at_a_time_through_a_stop_and_a_partition_and_kubectl_sees_who()
    {
        string ns = await cluster.NewNamespaceAsync("election");
        var watch = new Writers();
        Runner[] runners = [.. Enumerable.Range(0, 3).Select(i => new Runner(cluster, new ObjectName(ns, "controller"), $"candidate-{i}", watch))];
        try
        {
            Runner first = await Clients.UntilAsync(() => Task.FromResult(runners.FirstOrDefault(r => r.Leads)), r => r is not null)
                ?? throw new InvalidOperationException("nobody leads");
            RawAnswer lease = await LeaseAsync(ns);
            lease["spec"]["holderIdentity"]!.ToString().ShouldBe(first.Identity);
            ((int)lease["spec"]["leaseTransitions"]!).ShouldBe(0);
            ((int)lease["spec"]["leaseDurationSeconds"]!).ShouldBe(4);
            await Clients.UntilAsync(() => LeaseAsync(ns), l => l["spec"]["renewTime"]!.ToString() != lease["spec"]["renewTime"]!.ToString());

            await first.StopAsync();
            Runner second = await NextAsync(runners, first);
            (await LeaseAsync(ns))["spec"]["holderIdentity"]!.ToString().ShouldBe(second.Identity);

            second.Relay.Hold();
            Runner third = await NextAsync(runners, first, second);
            second.Leads.ShouldBeFalse();
            second.Relay.Release();
            await third.StopAsync();
            (await NextAsync(runners, first, third)).ShouldBe(second);
            ((int)(await LeaseAsync(ns))["spec"]["leaseTransitions"]!).ShouldBe(3);
        }
        finally
        {
            await Task.WhenAll(runners.Select(r => r.DisposeAsync().AsTask()));
        }

        watch.Most.ShouldBe(1);
        watch.Writes.ShouldBeGreaterThan(0);
    }

    private Task<RawAnswer> LeaseAsync(string ns) => cluster.Api.GetAsync($"/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/controller");

    private static async Task<Runner> NextAsync(Runner[] all, params Runner[] not) =>
        (await Clients.UntilAsync(() => Task.FromResult(all.Except(not).FirstOrDefault(r => r.Leads)), r => r is not null))!;

    /// <summary>How many write at the same moment.</summary>
    private sealed class Writers
    {
        private int _now;
        private int _most;
        private int _writes;

        public int Most => _most;

        public int Writes => _writes;

        public async Task WriteAsync()
        {
            int now = Interlocked.Increment(ref _now);
            Interlocked.Increment(ref _writes);
            for (int most = _most; now > most; most = _most)
                Interlocked.CompareExchange(ref _most, now, most);
            await Task.Yield();
            Interlocked.Decrement(ref _now);
        }
    }

    private sealed class Runner : IAsyncDisposable
    {
        private readonly KubeClient _client;
        private readonly LeaderElector _elector;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Runner(ClusterFixture cluster, ObjectName lease, string identity, Writers writers)
        {
            Identity = identity;
            (Relay, string kubeconfig) = TcpRelay.Before(cluster.Kubeconfig, cluster.Scratch);
            _client = Clients.Connect(new ConnectionRequest(kubeconfig), _ => null);
            _elector = new LeaderElector(
                _client, new LeaderElectionOptions { Lease = lease, Identity = identity, Times = Times }, BoottimeClock.Instance, NullLogger.Instance);
            _running = _elector.RunAsync(leadership => LeadAsync(leadership, writers), _stop.Token);
        }

        public string Identity { get; }

        public TcpRelay Relay { get; }

        public bool Leads => _elector.Status.Leading;

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running.WaitAsync(TimeSpan.FromSeconds(60));
        }

        public async ValueTask DisposeAsync()
        {
            Relay.Release();
            await StopAsync();
            _elector.Dispose();
            _client.Dispose();
            await Relay.DisposeAsync();
            _stop.Dispose();
        }

        private static async Task LeadAsync(Leadership leadership, Writers writers)
        {
            while (!leadership.Lost.IsCancellationRequested)
            {
                if (await leadership.CheckAsync(leadership.Lost))
                    await writers.WriteAsync();
                await Task.Delay(20, leadership.Lost);
            }
        }
    }
}
