using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Drain;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Simulation;

/// <summary>A person's commands while a controller keeps a simulated fleet.</summary>
public sealed class FleetCommandTests
{
    private static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = 3,
        Agents = true,
        Boot = TimeSpan.FromSeconds(30),
        Ready = TimeSpan.FromSeconds(5),
    };

    [Fact]
    public async Task A_recycle_is_asked_for_and_followed_to_its_end()
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, Pool);
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController();

        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["recycle", "workers-0001", "--reason", "a test", "--wait"]);

        code.ShouldBe(0, output + stage.Log);
        output.ShouldContain("workers-0001: noderecycle/workers-0001-");
        output.ShouldContain("workers-0001: Succeeded: node workers-");
    }

    [Fact]
    public async Task A_paused_fleet_starts_nothing_and_says_so_until_it_is_resumed()
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, Pool);
        await stage.PolicyAsync("workers", static spec => spec.MaxAge = "24h");
        stage.StartController();
        await stage.UntilAgentAsync("workers-0001");

        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["pause"])).ShouldBe((0, "Fleet cluster: paused\n"));
        NodeRecycle asked = await stage.RequestAsync("workers-0001");
        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["explain", "workers-0001"]);
        code.ShouldBe(0, output);
        output.ShouldContain("the fleet is paused");
        output.ShouldContain("Policy:     workers");
        (await stage.GetAsync(ResourceTypes.NodeRecycles, asked.Metadata.Name!)).Status?.StartedAt.ShouldBeNull();

        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["resume"])).ExitCode.ShouldBe(0);
        await stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.StartedAt is not null);
        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["plan"])).Output.ShouldContain("workers-0002   workers");
    }

    [Fact]
    public async Task A_frozen_policy_is_thawed_by_resume()
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, Pool);
        await stage.PolicyAsync("workers", static spec => spec.Health = new PolicyHealth { Timeout = "5m" });
        stage.StartController();
        stage.Sandbox.Apply("pool-faults=workers/never-ready").ShouldBeEmpty();
        await stage.RequestAsync("workers-0001");
        await stage.UntilFrozenAsync("workers");

        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["resume", "workers"]);

        code.ShouldBe(0, output);
        output.ShouldContain("the freeze was: 1 of policy workers's recycles have failed");
        await stage.UntilAsync(ResourceTypes.NodePolicies, "workers", static seen => seen.Status?.Freeze is null);
    }

    [Fact]
    public async Task A_cluster_without_the_kinds_says_how_to_get_them()
    {
        await using FleetStage stage = await FleetStage.StartBareAsync(120, Pool);

        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["recycle", "workers-0001"]);

        code.ShouldBe(1);
        output.ShouldContain("nodeguard install crds");
        foreach (string command in (string[])["status", "status workers-0001", "plan", "history", "pause", "cancel nosuch"])
        {
            (code, output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, command.Split(' '));
            code.ShouldBe(1, command);
            output.ShouldContain("nodeguard install crds", Case.Sensitive, command);
        }
    }

    [Fact]
    public async Task What_has_happened_is_told_by_status_and_history()
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, Pool);
        await stage.PolicyAsync("workers", static spec => spec.MaxAge = "240h");
        stage.StartController();
        await stage.UntilAgentAsync("workers-0002");
        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["recycle", "workers-0001", "--reason", "a test", "--wait"])).ExitCode.ShouldBe(0, stage.Log.ToString());

        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["history", "workers-0001", "-o", "json"]);
        code.ShouldBe(0, output);
        JsonNode recycle = JsonNode.Parse(output)!["recycles"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)recycle["phase"]).ShouldBe("Succeeded");
        ((string?)recycle["note"]).ShouldBe("a test");
        string successor = (string)recycle["successor"]!;

        (code, output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["status", successor, "-o", "json"]);
        code.ShouldBe(0, output);
        ((string?)JsonNode.Parse(output)!["lastRecycle"]!["name"]).ShouldBe((string?)recycle["name"]);
        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["status"])).Output.ShouldContain("3 nodes");
        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["status", "workers-0002"])).Output.ShouldContain("Routes:");
        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["status", "workers-0001"])).Output.ShouldContain($"by node {successor}");
        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["plan", "--until", "14d"])).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("status --fleet -w", "policy workers: 3 nodes", "by-hand-")]
    [InlineData("plan -w -o json", "\"node\":\"workers-0001\"", "\"node\":\"workers-0004\"")]
    public async Task Watching_goes_on_until_interrupted_and_tells_what_changes(string command, string first, string then)
    {
        await using FleetStage stage = await FleetStage.StartAsync(30, Pool);
        await stage.PolicyAsync("workers", static spec => spec.MaxAge = "240h");
        stage.StartController();
        using var interrupt = new CancellationTokenSource();
        var output = new StringWriter();
        Task<int> run = NodeGuardRunner.RunAsync(stage.Kubeconfig, command.Split(' '), TextWriter.Synchronized(output), interrupt.Token);
        await UntilAsync(() => output.ToString().Contains(first, StringComparison.Ordinal), () => output.ToString());

        await stage.RequestAsync("workers-0001");

        await UntilAsync(() => output.ToString().Contains(then, StringComparison.Ordinal), () => output.ToString());
        await interrupt.CancelAsync();
        (await run).ShouldBe(130);
    }

    private static async Task UntilAsync(Func<bool> condition, Func<string> seen)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(60);
        while (!condition())
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException(seen());
            await Task.Delay(20);
        }
    }
}
