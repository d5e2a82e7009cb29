using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>The program itself: signals in the middle of a drain, and what it writes to a terminal and to a pipe.</summary>
[Collection(ClusterTests.Name)]
public sealed class DrainProgramTests(ClusterFixture cluster) : IAsyncLifetime
{
    private WireServer _wires = null!;
    private StageKubelet _kubelet = null!;
    private Stage _stage = null!;
    private Wire _wire = null!;

    public async Task InitializeAsync()
    {
        _wires = await WireServer.StartAsync(cluster.Api);
        _kubelet = new StageKubelet(cluster.Api);
        string id = Guid.NewGuid().ToString("N")[..8];
        _wire = _wires.Open(id, cluster.Scratch);
        _stage = new Stage(cluster, _wire, id);
    }

    public async Task DisposeAsync()
    {
        await _stage.ClearAsync();
        await _kubelet.DisposeAsync();
        await _wires.DisposeAsync();
    }

    [Theory]
    [InlineData("INT", "open")]
    [InlineData("TERM", "open")]
    [InlineData("INT", "cordoned", "--keep-cordoned")]
    public async Task A_signal_stops_a_blocked_drain_which_leaves_the_node_as_promised_and_tells_it_Invariant_8(
        string signal, string node, params string[] flags)
    {
        await BlockedAsync(cordoned: false);

        (int exitCode, string output) = await InterruptAsync(signal, flags);

        exitCode.ShouldBe(130, output);
        output.ShouldContain("cancelled");
        output.ShouldContain($"left: pod {_stage.Namespace}/a");
        output.Contains("uncordoned: left as it was found", StringComparison.Ordinal).ShouldBe(node == "open", output);
        (await _stage.ReadAsync()).ShouldBe($"gone b, left a; {node}", output);
    }

    [Fact]
    public async Task A_signal_leaves_the_cordon_of_an_admin_Invariant_7()
    {
        await BlockedAsync(cordoned: true);

        (int exitCode, string output) = await InterruptAsync("INT", []);

        exitCode.ShouldBe(130, output);
        output.ShouldNotContain("uncordoned");
        (await _stage.ReadAsync()).ShouldBe("gone b, left a; cordoned", output);
    }

    [Fact]
    public async Task A_pipe_gets_a_line_for_each_event_the_table_and_no_control_sequences()
    {
        _stage.Pod("a");
        await _stage.BuildAsync();
        await using var program = NodeGuardProcess.Start(_wire.Kubeconfig, "drain", _stage.NodeName("n"), "--timeout=60s");

        (int exitCode, string output) = await program.EndAsync();

        exitCode.ShouldBe(0, output);
        output.ShouldContain($"{_stage.NodeName("n")}: pod {_stage.Namespace}/a is gone");
        ShouldHaveTheTable(output);
        output.Where(c => char.IsControl(c) && c != '\n').ShouldBeEmpty(output);
        output.ShouldNotContain(": -\n");
    }

    /// <summary>By script(1) of bsdutils, which each Debian has.</summary>
    [Fact]
    public async Task A_terminal_gets_a_live_line_for_each_node_and_the_table()
    {
        _stage.Pod("a");
        await _stage.BuildAsync();
        await using var program = NodeGuardProcess.StartOnTerminal(_wire.Kubeconfig, "drain", _stage.NodeName("n"), "--timeout=60s");

        (int exitCode, string output) = await program.EndAsync();

        exitCode.ShouldBe(0, output);
        output.ShouldContain("\e[1A\e[J", Case.Sensitive, "the live line is written anew in place");
        output.ShouldContain($"{_stage.NodeName("n")}  ");
        ShouldHaveTheTable(output);
        string last = output[(output.LastIndexOf("\e[J", StringComparison.Ordinal) + 3)..];
        last.ShouldContain("NODE", Case.Sensitive, "the table stands below what was erased");
    }

    private static void ShouldHaveTheTable(string output)
    {
        string[] lines = [.. output.Split('\n').Select(line => line.TrimEnd())];
        int head = Array.FindIndex(lines, line => line.Contains("NODE", StringComparison.Ordinal) && line.Contains("EVICTED", StringComparison.Ordinal));
        head.ShouldBeGreaterThan(0, output);
        lines[head + 1].ShouldContain("drained");
        lines[head + 1].ShouldContain("by this drain");
    }

    private async Task BlockedAsync(bool cordoned)
    {
        _stage.Node("n", cordoned: cordoned);
        _stage.Pod("a", static p => p with { Labels = new Dictionary<string, string> { ["app"] = "db" } });
        _stage.Pod("b");
        _stage.Budget("db", "db", static b => b with { MinAvailable = 1 });
        await _stage.BuildAsync();
    }

    private async Task<(int ExitCode, string Output)> InterruptAsync(string signal, string[] flags)
    {
        await using var program = NodeGuardProcess.Start(_wire.Kubeconfig, ["drain", _stage.NodeName("n"), "--timeout=100s", .. flags]);
        await program.WaitForAsync($"pod {_stage.Namespace}/a is blocked");
        await program.WaitForAsync($"pod {_stage.Namespace}/b is gone");
        await program.SignalAsync(signal);
        return await program.EndAsync();
    }
}
