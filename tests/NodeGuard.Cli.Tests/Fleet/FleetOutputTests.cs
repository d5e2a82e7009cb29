using System.Text.Json.Nodes;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Fleet;

public sealed class FleetOutputTests
{
    [Theory]
    [InlineData("status --fleet", "fleet-status")]
    [InlineData("status worker-1", "fleet-status-node")]
    [InlineData("status worker-2", "fleet-status-recycling")]
    [InlineData("history", "fleet-history")]
    [InlineData("plan", "fleet-plan")]
    [InlineData("plan --until 14d", "fleet-forecast")]
    [InlineData("explain worker-1", "fleet-explain")]
    public async Task Every_answer_about_the_fleet_prints_as_table_wide_json_and_yaml(string command, string golden)
    {
        foreach (string format in (string[])["table", "wide", "json", "yaml"])
        {
            CliRun run = await CliRun.OfAsync([.. command.Split(' '), "-o", format], cluster: FleetSamples.Cluster());

            run.Error.ShouldBeEmpty();
            run.ExitCode.ShouldBe(ExitCodes.Ok);
            GoldenFile.ShouldHold($"{golden}.{format}.txt", run.Out);
        }
    }

    [Theory]
    [InlineData("status --fleet")]
    [InlineData("plan --until 14d")]
    public async Task A_terminal_gets_colour_and_a_pipe_gets_none(string command)
    {
        (await CliRun.OfAsync(command.Split(' '), cluster: FleetSamples.Cluster(), width: 160, colour: true)).Out.ShouldContain("\e[3");
        (await CliRun.OfAsync(command.Split(' '), cluster: FleetSamples.Cluster())).Out.ShouldNotContain("\e");
    }

    [Theory]
    [InlineData("history --failed", "worker-1-cccc")]
    [InlineData("history --phase Succeeded", "worker-0-bbbb")]
    [InlineData("history --since 24h", "worker-0-bbbb")]
    [InlineData("history --since 30d", "worker-0-bbbb,worker-1-cccc")]
    [InlineData("history worker-4", "worker-0-bbbb")]
    [InlineData("history worker-1", "worker-1-cccc")]
    [InlineData("history --policy databases", "")]
    public async Task History_can_be_narrowed(string command, string names)
    {
        CliRun run = await CliRun.OfAsync([.. command.Split(' '), "-o", "json"], cluster: FleetSamples.Cluster());

        string.Join(',', JsonNode.Parse(run.Out)!["recycles"]!.AsArray().Select(static recycle => (string?)recycle!["name"])).ShouldBe(names);
    }

    [Fact]
    public async Task A_forecast_says_what_is_late_and_what_would_have_to_change()
    {
        CliRun run = await CliRun.OfAsync(["plan", "--until", "14d"], cluster: FleetSamples.Cluster(static api => api.Add("nodepolicies",
            """{"metadata":{"name":"narrow","uid":"p9"},"spec":{"nodeSelector":{"matchLabels":{"node-role.kubernetes.io/control-plane":""}},"maxAge":"4300h","windows":[{"cron":"0 0 20 12 *","duration":"1h"}]}}""")));

        run.Out.ShouldContain("will be older than allowed");
        run.Out.ShouldContain("Policy narrow: ");
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("status --fleet")]
    [InlineData("status worker-1")]
    [InlineData("history")]
    [InlineData("explain worker-1")]
    public async Task What_may_not_be_read_is_named_with_the_role_that_has_it(string command)
    {
        CliRun run = await CliRun.OfAsync(command.Split(' '), cluster: FleetSamples.Cluster(static api => api.Refuse(
            "noderecycles", ApiFailureKind.Forbidden, "LIST noderecycles: User \"ann\" cannot list resource \"noderecycles\"; needed: list noderecycles.nodeguard.io")));

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain("cannot list resource \"noderecycles\"");
        run.Error.ShouldContain("the ClusterRole nodeguard-viewer has it");
    }

    [Theory]
    [InlineData("plan --until nonsense")]
    [InlineData("plan --until 2020-01-01T00:00:00Z")]
    [InlineData("plan --until 1000d")]
    [InlineData("plan --until 14d --watch")]
    [InlineData("plan --at 2026-12-24T22:00:00Z -w")]
    [InlineData("history --since yesterday")]
    [InlineData("history --failed --phase Succeeded")]
    [InlineData("history --phase Draining")]
    public async Task A_wrong_option_is_wrong_usage(string command)
    {
        CliRun run = await CliRun.OfAsync(command.Split(' '), cluster: FleetSamples.Cluster());

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_that_is_gone_is_told_with_its_successor()
    {
        CliRun run = await CliRun.OfAsync(["status", "worker-0"], cluster: FleetSamples.Cluster());

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldContain("NodeRecycle worker-0-bbbb has replaced it, by node worker-4");
    }

    [Fact]
    public async Task A_socket_that_was_named_means_this_host_whatever_cluster_there_is()
    {
        CliRun run = await CliRun.OfAsync(["status"], socket: "/nonexistent/agent.sock", cluster: FleetSamples.Cluster());

        run.ExitCode.ShouldBe(ExitCodes.AgentUnreachable);
        (await CliRun.OfAsync(["status", "--context", "desk"], cluster: FleetSamples.Cluster())).Out.ShouldContain("5 nodes");
        (await CliRun.OfAsync(["status", "--watch"], cluster: FleetSamples.Cluster())).ExitCode.ShouldBe(ExitCodes.Usage);
    }
}
