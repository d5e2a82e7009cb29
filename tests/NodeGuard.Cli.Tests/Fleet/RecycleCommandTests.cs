using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Fleet;

/// <summary>The samples' API refuses every write: what asks for nothing passes here.</summary>
public sealed class RecycleCommandTests
{
    [Theory]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("")]
    [InlineData("nay\n")]
    public async Task A_person_sees_what_would_happen_and_anything_but_yes_asks_for_nothing(string answer)
    {
        CliRun run = await CliRun.OfAsync(
            ["recycle", "worker-1", "worker-2", "worker-3"], width: 140, input: answer, inputIsTerminal: true, cluster: FleetSamples.Cluster());

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Out.ShouldContain("worker-1   workers   DeleteNode   10d   later: its policy's budget is used: 2 of 4 nodes unavailable, 2 allowed");
        run.Out.ShouldContain("worker-2   workers   DeleteNode   20d   later: it is being recycled: worker-2-aaaa");
        run.Out.ShouldContain("worker-3   workers   DeleteNode    2d   at once");
        run.Error.ShouldContain("Recycle 3 nodes? [y/N] ");
        run.Error.ShouldContain("nothing was asked for");
    }

    [Fact]
    public async Task A_dry_run_tells_the_same_and_asks_nobody()
    {
        CliRun run = await CliRun.OfAsync(["recycle", "worker-3", "--dry-run=client", "--method", "Reboot"], cluster: FleetSamples.Cluster());

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        run.Out.ShouldContain("worker-3   workers   Reboot    2d   at once");
        run.Error.ShouldBe("dry run: nothing was asked for\n");
    }

    [Fact]
    public async Task Who_may_not_look_at_the_fleet_may_still_be_asked()
    {
        CliRun run = await CliRun.OfAsync(
            ["recycle", "worker-1"], width: 140, input: "n\n", inputIsTerminal: true, cluster: FleetSamples.Cluster(static api => api.Refuse("nodepolicies", ApiFailureKind.Forbidden, "User \"ann\" cannot list resource \"nodepolicies\"")));

        run.Error.ShouldContain("what would happen could not be worked out: User \"ann\" cannot list resource \"nodepolicies\"");
        run.Error.ShouldContain("Recycle worker-1? [y/N] ");
    }
}
