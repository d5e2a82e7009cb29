using System.Globalization;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Controller.Tests.Replicas;

/// <summary>Real processes that are killed, paused and cut off while 200 nodes roll. Time is real: only the machines are quick.</summary>
public sealed class ReplicaChaosTests(ITestOutputHelper output)
{
    private const int Nodes = 200;
    private const int Budget = 20;
    private const int Replicas = 3;
    private const string LeaseDuration = "3";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    // Longer than the lease: whoever wakes up is led by another.
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = Nodes,
        Agents = true,
        Boot = TimeSpan.FromSeconds(2),
        Ready = TimeSpan.FromSeconds(1),
        Stop = TimeSpan.FromSeconds(1),
        Image = "debian-12.1",
        Labels = new Dictionary<string, string> { ["pool"] = "workers" },
    };

    private readonly int[] _deeds = new int[3];
    private int _ofLeaders;

    [VerifyFact]
    [Trait("Category", "Verify")]
    [Trait("Invariant", "5")]
    [Trait("Invariant", "8")]
    [Trait("Invariant", "9")]
    public async Task Three_replicas_that_are_killed_paused_and_cut_off_roll_200_nodes_within_the_budget()
    {
        await using FleetStage stage = await FleetStage.StartAsync(1, Pool);
        await PrepareAsync(stage);
        var watch = new NodeBudgetWatch(stage.Api, "workers", Nodes);
        using var stop = new CancellationTokenSource();
        var began = new TaskCompletionSource();
        Task watching = watch.RunAsync(began, stop.Token);
        await began.Task;

        DateTime start = DateTime.UtcNow;
        await RollAsync(stage, watch, watching);
        TimeSpan took = DateTime.UtcNow - start;
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Lease lease = FleetStage.Value(await stage.Api.GetAsync(ResourceTypes.Leases, new ObjectName("default", "nodeguard-controller"), default));
        NodeRecycle[] recycles = [.. await stage.AllAsync(ResourceTypes.NodeRecycles)];
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Nodes} nodes in {took.TotalSeconds:0} s; killed {_deeds[0]}, paused {_deeds[1]}, cut off {_deeds[2]} times, {_ofLeaders} of them the leader; {lease.Spec!.LeaseTransitions} terms; "
            + $"{watch.Changes} changes of nodes watched, at most {watch.Fullest}, budget {Budget}; recycles: {string.Join(", ", recycles.GroupBy(static recycle => recycle.Status?.Phase).Select(static group => $"{group.Count()} {group.Key}"))}"));
        watch.MostUnavailable.ShouldBeLessThanOrEqualTo(Budget, watch.Fullest);
        recycles.ShouldAllBe(static recycle => recycle.Status!.Phase == nameof(RecyclePhase.Succeeded));
        recycles.Select(static recycle => recycle.Spec!.NodeUid).ShouldBeUnique();
        foreach (Node node in await stage.AllAsync(ResourceTypes.Nodes))
        {
            (node.Metadata.Annotations ?? []).ShouldNotContainKey(DrainKeys.CordonedBy);
            (node.Spec?.Taints ?? []).ShouldNotContain(static taint => taint.Key == FleetKeys.RecycleTaint);
        }
    }

    private static async Task PrepareAsync(FleetStage stage)
    {
        stage.Sandbox.Apply("pool-image=workers/debian-12.2").ShouldBeEmpty();
        await stage.PolicyAsync("workers", static spec =>
        {
            spec.NodeSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["pool"] = "workers" } };
            spec.Image = new ImagePolicy { Version = "debian-12.2" };
            spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString(Budget) };
            spec.Health = new PolicyHealth { MinReady = "1s" };
        });
    }

    private async Task RollAsync(FleetStage stage, NodeBudgetWatch watch, Task watching)
    {
        int server = new Uri(stage.Sandbox.Server.Address).Port;
        var replicas = new List<(CuttableProxy Way, ControllerProcess Process, string Kubeconfig)>();
        try
        {
            for (int i = 0; i < Replicas; i++)
            {
                var way = new CuttableProxy(server);
                string kubeconfig = $"{stage.Kubeconfig}-{i}";
                string text = await File.ReadAllTextAsync(stage.Kubeconfig);
                await File.WriteAllTextAsync(kubeconfig, text.Replace($":{server}", $":{way.Port}", StringComparison.Ordinal));
                replicas.Add((way, ControllerProcess.Start(kubeconfig, LeaseDuration), kubeconfig));
            }

            DateTime deadline = DateTime.UtcNow + Patience;
            for (int turn = 0; watch.Old > 0; turn++)
            {
                await Task.Delay(Every);
                if (watching.IsFaulted)
                    await watching;
                DateTime.UtcNow.ShouldBeLessThan(deadline, $"{watch.Old} old nodes are left\n{string.Join('\n', replicas.SelectMany(static replica => replica.Process.Lines.TakeLast(40)))}");
                // Every other time it is the leader's turn.
                int leader = replicas.FindIndex(static replica => replica.Process.Leads);
                int victim = turn % 2 == 0 && leader >= 0 ? leader : turn % Replicas;
                _ofLeaders += victim == leader ? 1 : 0;
                replicas[victim] = await HarmAsync(turn % 3, replicas[victim]);
            }

            // Somebody has to be there to give them back.
            await stage.UntilNoSlotAsync();
        }
        finally
        {
            foreach (var (way, process, _) in replicas)
            {
                await process.DisposeAsync();
                await way.DisposeAsync();
            }
        }
    }

    private async Task<(CuttableProxy Way, ControllerProcess Process, string Kubeconfig)> HarmAsync(
        int deed, (CuttableProxy Way, ControllerProcess Process, string Kubeconfig) replica)
    {
        _deeds[deed]++;
        switch (deed)
        {
            case 0:
                await replica.Process.DisposeAsync();
                return replica with { Process = ControllerProcess.Start(replica.Kubeconfig, LeaseDuration) };
            case 1:
                await replica.Process.PauseAsync();
                await Task.Delay(Away);
                await replica.Process.ResumeAsync();
                return replica;
            default:
                replica.Way.Cut();
                await Task.Delay(Away);
                replica.Way.Heal();
                return replica;
        }
    }
}
