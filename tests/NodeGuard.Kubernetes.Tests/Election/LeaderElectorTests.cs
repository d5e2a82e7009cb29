using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Kubernetes.Election;
using NodeGuard.Kubernetes.Models;
using Shouldly;
using Xunit;
using Runner = NodeGuard.Kubernetes.Tests.Election.ElectionSimulation.Runner;

namespace NodeGuard.Kubernetes.Tests.Election;

public class LeaderElectorTests
{
    private readonly ElectionSimulation _simulation = new(seed: 7);

    [Fact]
    public void TheLeaseShowsWhatKubectlShows()
    {
        Runner leader = StartLeader();
        _simulation.World.RunFor(TimeSpan.FromSeconds(5));

        LeaseSpec spec = _simulation.Server.Stored!.Spec!;
        spec.HolderIdentity.ShouldBe(leader.Identity);
        spec.LeaseDurationSeconds.ShouldBe(15);
        spec.LeaseTransitions.ShouldBe(0);
        spec.RenewTime!.Value.Value.ShouldBeGreaterThan(spec.AcquireTime!.Value.Value);
        leader.Elector.Status.ShouldBe(new(true, leader.Identity, null));
    }

    [Fact]
    public void ALeaderThatIsAskedToStopEndsItsWorkAndGivesTheLeaseBack()
    {
        Runner leader = StartLeader();
        Runner next = _simulation.Start();
        _simulation.World.RunFor(TimeSpan.FromSeconds(5));

        leader.AskToStop();
        _simulation.World.RunFor(TimeSpan.FromSeconds(6));

        leader.Ended.ShouldBeTrue();
        next.Leads.ShouldBeTrue();
        LeaseSpec released = _simulation.Server.History.Select(lease => lease.Spec!).Single(spec => spec.HolderIdentity is "");
        released.LeaseDurationSeconds.ShouldBe(1);
        _simulation.Server.Stored!.Spec!.LeaseTransitions.ShouldBe(1);
    }

    [Fact]
    public void ALeaderThatIsCutOffActsNoMoreAfterTheRenewDeadline()
    {
        Runner leader = StartLeader();
        _simulation.World.RunFor(TimeSpan.FromSeconds(5));
        leader.Connection.Network = Network.Cut;

        _simulation.World.RunFor(TimeSpan.FromSeconds(10));

        leader.Leads.ShouldBeFalse();
        leader.Elector.Status.Leading.ShouldBeFalse();
    }

    [Fact]
    public void AFrozenWallClockStillRenews()
    {
        Runner leader = StartLeader();
        Runner other = _simulation.Start();
        for (int second = 0; second < 60; second++)
        {
            _simulation.World.RunFor(TimeSpan.FromSeconds(1));
            leader.Process.WallClockOffset -= TimeSpan.FromSeconds(1);
        }

        leader.Leads.ShouldBeTrue();
        other.Leads.ShouldBeFalse();
        _simulation.Server.Stored!.Spec!.LeaseTransitions.ShouldBe(0);
    }

    [Fact]
    public void ALeaseThatSomebodyDeletesIsNotTakenByThoseWhoKnewItsHolder()
    {
        Runner leader = StartLeader();
        _simulation.Start();
        _simulation.World.RunFor(TimeSpan.FromSeconds(5));

        _simulation.Server.Delete();
        _simulation.World.RunFor(TimeSpan.FromSeconds(60));

        // The simulation throws when two lead at once; somebody leads again.
        _simulation.AbleLeader.ShouldNotBeNull();
        leader.Ended.ShouldBeFalse();
    }

    [Fact]
    public void NothingOfTheLeaseThatOthersWroteIsLost()
    {
        StartLeader();
        _simulation.Server.Touch();
        _simulation.World.RunFor(TimeSpan.FromSeconds(10));

        _simulation.Server.Stored!.Metadata.Labels!["touched"].ShouldBe("yes");
        _simulation.AbleLeader.ShouldNotBeNull();
    }

    [Fact]
    public void TimesThatCannotKeepTwoLeadersApartAreRefused()
    {
        var options = new LeaderElectionOptions
        {
            Lease = ElectionSimulation.LeaseName,
            Times = new() { LeaseDuration = TimeSpan.FromSeconds(10) },
        };

        Should.Throw<ArgumentException>(() => new LeaderElector(
                new LeaseConnection(_simulation.World, _simulation.Server, new Random(1)), options, TimeProvider.System,
                NullLogger.Instance))
            .Message.ShouldContain("renewDeadline (00:00:10) must be shorter than leaseDuration (00:00:10)");
    }

    [Fact]
    public void TheBoottimeClockGoesOn()
    {
        long before = BoottimeClock.Instance.GetTimestamp();

        before.ShouldBeGreaterThan(0);
        BoottimeClock.Instance.GetTimestamp().ShouldBeGreaterThanOrEqualTo(before);
    }

    private Runner StartLeader()
    {
        Runner runner = _simulation.Start();
        _simulation.World.RunUntil(_simulation.World.Now + TimeSpan.FromSeconds(1), () => runner.Leads).ShouldBeTrue();
        return runner;
    }
}
