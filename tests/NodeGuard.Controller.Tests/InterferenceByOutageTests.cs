using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;
using static NodeGuard.Controller.Tests.InterferenceByPeopleTests;

namespace NodeGuard.Controller.Tests;

/// <summary>The server is away, or the controller's clock is set, in each phase of a recycle.</summary>
public sealed class InterferenceByOutageTests
{
    private static readonly PhaseMoment[] All = Enum.GetValues<PhaseMoment>();

    public static TheoryData<PhaseMoment> Moments { get; } = [.. All];

    /// <summary>A cluster each: an outage for one recycle would be one for all.</summary>
    [Theory]
    [MemberData(nameof(Moments))]
    [Trait("Invariant", "5")]
    [Trait("Invariant", "9")]
    public async Task Ten_minutes_without_the_server_end_no_recycle(PhaseMoment moment)
    {
        // The lease is lost each time.
        await using InterferenceStage stage = await InterferenceStage.StartAsync([moment], static async (stage, _, _) =>
        {
            stage.Controller.CutOff();
            await Task.Delay(TimeSpan.FromMinutes(10), stage.Stage.Clock);
            stage.Controller.Reconnect();
        }, speed: 200);

        Ends(await stage.EndOfAsync(moment), RecyclePhase.Succeeded, "is well", moment, stage);
        await stage.UntilCleanAsync(moment);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Invariant", "5")]
    public async Task A_clock_that_is_set_by_an_hour_ends_no_recycle_and_no_time_is_wrong(int hours)
    {
        JumpingClock? clock = null;
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            All,
            (_, _, _) =>
            {
                clock!.Jump(TimeSpan.FromHours(hours));
                return Task.CompletedTask;
            },
            clock: steady => clock = new JumpingClock(steady));

        foreach (PhaseMoment moment in All)
        {
            NodeRecycle done = await stage.EndOfAsync(moment);
            Ends(done, RecyclePhase.Succeeded, "is well", moment, stage);
            (done.Status!.FinishedAt!.Value - done.Metadata.CreationTimestamp!.Value).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(40));
            (done.Status.FinishedAt.Value - done.Status.StartedAt!.Value).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(40));
            await stage.UntilCleanAsync(moment);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_controller_whose_clock_is_an_hour_off_from_the_start_goes_by_the_server_s(int hours)
    {
        PhaseMoment[] one = [PhaseMoment.Verifying];
        await using InterferenceStage stage = await InterferenceStage.StartAsync(
            one, static (_, _, _) => Task.CompletedTask, clock: steady =>
            {
                var clock = new JumpingClock(steady);
                clock.Jump(TimeSpan.FromHours(hours));
                return clock;
            });

        NodeRecycle done = await stage.EndOfAsync(PhaseMoment.Verifying);

        Ends(done, RecyclePhase.Succeeded, "is well", PhaseMoment.Verifying, stage);
        (done.Status!.StartedAt!.Value - done.Metadata.CreationTimestamp!.Value).ShouldBeInRange(TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(40));
    }
}
