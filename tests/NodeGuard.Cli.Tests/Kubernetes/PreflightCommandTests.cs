using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Kubernetes;

public sealed class PreflightCommandTests
{
    [Theory]
    [InlineData("table")]
    [InlineData("wide")]
    [InlineData("json")]
    public async Task Preflight_names_what_blocks_the_fix_and_whom_to_ask_and_touches_nothing(string format)
    {
        var drain = new FakeDrain();

        var run = await CliRun.OfAsync(["drain", "worker-1", "worker-2", "--preflight", "-o", format], cluster: DrainSamples.Cluster(drain));

        GoldenFile.ShouldHold($"drain-preflight.{format}.txt", run.Out);
        run.ExitCode.ShouldBe(ExitCodes.Failed);
        drain.Options.ShouldBeNull();
        drain.Cordons.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_heeds_the_flags_of_the_drain()
    {
        var run = await CliRun.OfAsync(["drain", "worker-2", "--preflight", "--force"], cluster: DrainSamples.Cluster(new FakeDrain()));

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        run.Out.ShouldContain("Nothing would stop a drain of worker-2 for ever; warnings: 1.");
        run.Error.ShouldContain("coarse");
    }

    [Fact]
    public async Task The_doctor_looks_at_every_node()
    {
        var run = await CliRun.OfAsync(["doctor", "cluster"], cluster: DrainSamples.Cluster(new FakeDrain()));

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Out.ShouldContain("A drain of 3 nodes would not end: blockers: 2, warnings: 1.");
        run.Out.ShouldContain("ReplicaSet shop/web-1 < Deployment shop/web; team=checkout (of Deployment shop/web)");
    }

    [Fact]
    public async Task What_could_not_be_read_is_never_fine()
    {
        var api = new ReadOnlyApi();
        api.Add("nodes", """{"metadata":{"name":"worker-1"}}""");
        api.Refuse("poddisruptionbudgets", ApiFailureKind.Forbidden);

        var run = await CliRun.OfAsync(["doctor", "cluster"], cluster: _ => new ClusterAnswer.Access(api, new FakeDrain()));

        run.ExitCode.ShouldBe(ExitCodes.CouldNotTell);
        run.Out.ShouldContain("pod disruption budgets were not read");
    }
}
