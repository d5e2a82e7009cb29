using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Draining;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Kubernetes;

public sealed class DrainCommandTests
{
    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task A_drain_prints_each_event_and_what_came_of_it(string format)
    {
        var run = await CliRun.OfAsync(["drain", "worker-1", "worker-2", "-o", format], cluster: DrainSamples.Cluster(new FakeDrain(DrainSamples.TwoNodes)));

        GoldenFile.ShouldHold($"drain.{format}.txt", run.Out);
        run.ExitCode.ShouldBe(ExitCodes.Blocked);
        run.Out.ShouldNotContain('\e');
    }

    [Fact]
    public async Task A_terminal_shows_one_line_a_node_and_ends_with_the_table()
    {
        var run = await CliRun.OfAsync(["drain", "worker-1", "worker-2"], width: 80, colour: true, cluster: DrainSamples.Cluster(new FakeDrain(DrainSamples.TwoNodes)));

        var screen = TerminalScreen.Of(run.Out);
        screen.ShouldNotContain(static line => line.Contains("ending", StringComparison.Ordinal), "a live line stays behind");
        screen.ShouldContain("worker-1: warning: pod shop/web-1-a: its emptyDir volume scratch is lost");
        screen.Count(static line => line.StartsWith("worker-1   ", StringComparison.Ordinal)).ShouldBe(1);
        run.Out.ShouldContain("worker-2  0 evicted, 0 ending, 1 left; blocked: shop/db-0 by budget db");
    }

    [Theory]
    [InlineData(DrainOutcome.Drained, DrainOutcome.Drained, 0)]
    [InlineData(DrainOutcome.Drained, DrainOutcome.Failed, 1)]
    [InlineData(DrainOutcome.BlockedUntilTimeout, DrainOutcome.Failed, 1)]
    [InlineData(DrainOutcome.BlockedUntilTimeout, DrainOutcome.Drained, 3)]
    [InlineData(DrainOutcome.Failed, DrainOutcome.Cancelled, 130)]
    public async Task The_exit_status_says_how_the_worst_node_ended(DrainOutcome first, DrainOutcome second, int exitCode)
    {
        var drain = new FakeDrain(DrainSamples.End("worker-1", first), DrainSamples.End("worker-2", second));

        var run = await CliRun.OfAsync(["drain", "worker-1", "worker-2"], cluster: DrainSamples.Cluster(drain));

        run.ExitCode.ShouldBe(exitCode);
    }

    [Fact]
    public async Task A_node_whose_end_was_not_told_is_not_drained()
    {
        var run = await CliRun.OfAsync(["drain", "worker-1", "worker-2"], cluster: DrainSamples.Cluster(new FakeDrain(DrainSamples.End("worker-1", DrainOutcome.Drained))));

        run.ExitCode.ShouldBe(ExitCodes.Failed);
    }

    [Fact]
    public async Task Flags_mean_what_they_mean_to_kubectl()
    {
        var drain = new FakeDrain();
        string[] flags =
        [
            "drain", "node/worker-1", "--ignore-daemonsets", "--delete-emptydir-data=true", "--force", "--grace-period=0", "--timeout", "1h30m",
            "--pod-selector", "app in (web, api)", "--dry-run=server", "--disable-eviction", "--skip-wait-for-delete-timeout=60", "--chunk-size=0",
            "--max-parallel", "2", "--max-evictions", "7", "--keep-cordoned", "--do-not-disrupt-for", "10m", "--volume-detach-timeout", "0", "--id", "me",
        ];

        await CliRun.OfAsync(flags, cluster: DrainSamples.Cluster(drain));

        drain.Nodes.ShouldBe(["worker-1"]);
        drain.Options.ShouldBe(new DrainOptions
        {
            IgnoreDaemonSets = true,
            DeleteEmptyDirData = true,
            Force = true,
            GracePeriod = TimeSpan.Zero,
            Timeout = TimeSpan.FromMinutes(90),
            PodSelector = "app in (web, api)",
            DryRun = DrainDryRun.Server,
            DisableEviction = true,
            SkipWaitForDeleteTimeout = TimeSpan.FromSeconds(60),
            ChunkSize = 0,
            MaxParallelNodes = 2,
            MaxParallelEvictions = 7,
            KeepCordoned = true,
            RespectDoNotDisruptFor = TimeSpan.FromMinutes(10),
            VolumeDetachTimeout = TimeSpan.Zero,
            CordonId = "me",
        });
    }

    [Fact]
    public async Task Without_flags_the_options_are_the_defaults()
    {
        var drain = new FakeDrain();

        await CliRun.OfAsync(["drain", "-l", "pool=old"], cluster: DrainSamples.Cluster(drain));

        drain.Options.ShouldBe(DrainOptions.Default);
        drain.Nodes.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("drain", "no node was named")]
    [InlineData("drain worker-1 -l a=b", "not both")]
    [InlineData("drain worker-1 --frce=true", "there is no option --frce")]
    [InlineData("cordon -x", "there is no option -x")]
    [InlineData("drain pod/worker-1", "not a node's name")]
    [InlineData("drain ../secrets", "not a node's name")]
    [InlineData("drain worker-1 --timeout 5", "not a duration")]
    [InlineData("drain worker-1 --timeout -5s", "not a duration")]
    [InlineData("drain worker-1 --dry-run maybe", "'none' 'client' 'server'")]
    [InlineData("drain worker-1 --max-parallel 0", "must be 1 or more, not 0")]
    [InlineData("drain worker-1 --pod-selector =web", "is no requirement")]
    [InlineData("drain worker-1 --as-group admins", "--as-group needs --as")]
    [InlineData("cordon", "no node was named")]
    public async Task Wrong_usage_exits_2_and_asks_no_cluster(string command, string said)
    {
        var run = await CliRun.OfAsync(command.Split(' '));

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain(said);
    }

    [Fact]
    public async Task A_node_that_is_not_there_fails_before_any_other_is_touched()
    {
        var drain = new FakeDrain();

        var run = await CliRun.OfAsync(["drain", "worker-1", "worker-9"], cluster: DrainSamples.Cluster(drain));

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldContain("there is no node \"worker-9\" in this cluster");
        drain.Options.ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_cluster_the_reason_is_said()
    {
        ClusterRequest? asked = null;
        var run = await CliRun.OfAsync(["drain", "worker-1", "--context", "prod", "--kubeconfig", "x.yaml", "--as", "me", "--as-group", "a", "--as-group", "b"], cluster: request =>
        {
            asked = request;
            return new ClusterAnswer.None("x.yaml has no context \"prod\"");
        });

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldBe("nodeguard: x.yaml has no context \"prod\"\n");
        asked!.Context.ShouldBe("prod");
        asked.AsGroups.ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Cordon_and_uncordon_go_through_every_node_and_fail_if_one_does()
    {
        var drain = new FakeDrain { Answer = static node => node == "worker-2" ? new CordonAnswer(CordonOwner.None, false, "worker-2 could not be cordoned: forbidden") : new CordonAnswer(CordonOwner.Other, node != "worker-3", null) };

        var run = await CliRun.OfAsync(["cordon", "worker-1", "worker-2", "worker-3"], cluster: DrainSamples.Cluster(drain));

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Out.ShouldBe("worker-1: cordoned\nworker-3: was already cordoned\n");
        run.Error.ShouldContain("forbidden");
        drain.Cordons.ShouldBe(["cordon worker-1 admin False", "cordon worker-2 admin False", "cordon worker-3 admin False"]);
    }

    [Theory]
    [InlineData("client", "worker-1: would be uncordoned (dry run)\n", 0)]
    [InlineData("server", "worker-1: uncordoned (server dry run)\n", 1)]
    public async Task A_dry_run_of_uncordon_says_so(string dryRun, string said, int asked)
    {
        var drain = new FakeDrain();

        var run = await CliRun.OfAsync(["uncordon", "worker-1", "--dry-run", dryRun], cluster: DrainSamples.Cluster(drain));

        run.Out.ShouldBe(said);
        drain.Cordons.Count.ShouldBe(asked);
    }
}
