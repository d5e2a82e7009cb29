using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>A drain that dies, or that a person stops.</summary>
[Collection(ClusterTests.Name)]
public sealed class DrainInterruptionTests(ClusterFixture cluster) : IAsyncLifetime
{
    // More than a whole drain of the stage below needs.
    private const int MostCalls = 32;

    private WireServer _wires = null!;
    private StageKubelet _kubelet = null!;

    public async Task InitializeAsync()
    {
        _wires = await WireServer.StartAsync(cluster.Api);
        _kubelet = new StageKubelet(cluster.Api);
    }

    public async Task DisposeAsync()
    {
        await _kubelet.DisposeAsync();
        await _wires.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_drain_that_dies_after_any_of_its_calls_is_finished_by_the_next_Invariants_7_and_9(bool cordonedByAdmin)
    {
        bool[] died = await Task.WhenAll(Enumerable.Range(0, MostCalls).Select(calls => DieAndGoOnAsync(calls, cordonedByAdmin)));

        died.ShouldContain(true);
        died[^1].ShouldBeFalse("the drain needs more calls than were tried");
    }

    [Fact]
    public async Task A_drain_that_fails_after_one_that_died_leaves_the_node_as_the_first_found_it_Invariant_8()
    {
        string id = NewId();
        Wire first = _wires.Open(id, cluster.Scratch, endsAfter: 3);
        var stage = new Stage(cluster, first, id);
        stage.Pod("a", static p => p with { Owner = "" });
        await stage.BuildAsync();
        await DieAsync(first, stage);
        (await stage.ReadAsync()).ShouldBe("left a; cordoned");

        (int exitCode, _) = await NodeGuardRunner.RunAsync(Open().Kubeconfig, ["drain", stage.NodeName("n")]);

        exitCode.ShouldBe(1);
        (await stage.ReadAsync()).ShouldBe("left a; open");
        await stage.ClearAsync();
    }

    [Fact]
    public async Task A_drain_that_is_stopped_takes_its_cordon_back_and_tells_the_state_it_left()
    {
        string id = NewId();
        Wire wire = _wires.Open(id, cluster.Scratch);
        var stage = new Stage(cluster, wire, id);
        stage.Pod("a", static p => p with { Labels = new Dictionary<string, string> { ["app"] = "db" } });
        stage.Budget("db", "db", static b => b with { MinAvailable = 1 });
        using var stop = new CancellationTokenSource();
        WireRule rule = stage.On("POST", "/pods/a/eviction", 1);
        rule.After = stop.CancelAsync;
        await stage.BuildAsync();

        (int exitCode, string output) = await NodeGuardRunner.RunAsync(wire.Kubeconfig, ["drain", stage.NodeName("n"), "-o", "json"], stop.Token);

        exitCode.ShouldBe(130);
        // The rest is stderr's: that the connection is not encrypted.
        JsonNode[] events = [.. output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!)];
        events.ShouldAllBe(e => (string?)e["node"] == stage.NodeName("n") && e["at"] != null);
        string[] told = [.. events.Select(e => (string)e["event"]!)];
        told[0].ShouldBe("cordoned");
        told[^2].ShouldBe("uncordoned");
        told[^1].ShouldBe("finished");
        events[^1]["result"]!["outcome"]!.ToString().ShouldBe("cancelled");
        events[^1]["result"]!["leftPods"]!.AsArray().Count.ShouldBe(1);
        (await stage.ReadAsync()).ShouldBe("left a; open");
        await stage.ClearAsync();
    }

    private static string NewId() => Guid.NewGuid().ToString("N")[..8];

    private Wire Open() => _wires.Open(NewId(), cluster.Scratch);

    // Nothing that it would do after its last call reaches the server, as when its process is killed.
    private static async Task DieAsync(Wire wire, Stage stage)
    {
        using var death = new CancellationTokenSource();
        Task<(int ExitCode, string Output)> run = NodeGuardRunner.RunAsync(
            wire.Kubeconfig, ["drain", stage.NodeName("n"), "--ignore-daemonsets", "--timeout=60s"], death.Token);
        await Task.WhenAny(run, wire.Ended);
        await death.CancelAsync();
        await run;
    }

    private async Task<bool> DieAndGoOnAsync(int calls, bool cordonedByAdmin)
    {
        string id = NewId();
        Wire wire = _wires.Open(id, cluster.Scratch, endsAfter: calls);
        var stage = new Stage(cluster, wire, id);
        stage.Node("n", cordoned: cordonedByAdmin);
        stage.Pod("a");
        stage.Pod("b");
        stage.Pod("d", static p => p with { Owner = "DaemonSet/ds", Labels = new Dictionary<string, string> { ["of"] = "ds" } });
        await stage.BuildAsync();
        await DieAsync(wire, stage);

        Wire again = Open();
        (int exitCode, string output) = await NodeGuardRunner.RunAsync(
            again.Kubeconfig, ["drain", stage.NodeName("n"), "--ignore-daemonsets", "--timeout=60s"]);

        string after = string.Create(CultureInfo.InvariantCulture, $"after {calls} calls: {output}");
        exitCode.ShouldBe(0, after);
        (await stage.ReadAsync()).ShouldBe("gone a b, left d; cordoned", after);
        await stage.ClearAsync();
        return wire.Ended.IsCompleted;
    }
}
