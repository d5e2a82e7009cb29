using NodeGuard.Testing.Ageing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet.Planning;

/// <summary>A fleet that was born in one minute, and is replaced for many lives: the planner's own code, from event to event.</summary>
public class TtlTruthTests
{
    private const int Nodes = 96;
    private const int Days = 8;

    [Fact]
    [Trait("Invariant", "5")]
    public void NoNodeGrowsTooOldNoBudgetIsExceededAndStartsAreSpread()
    {
        TtlTrial planned = TtlTrial.Run("planned", SimulatedFleet.Planned, Nodes, Days);
        planned.Missed.ShouldBe(0);
        planned.Oldest.ShouldBeLessThanOrEqualTo(TimeSpan.FromHours(24));
        planned.MostUnavailable.ShouldBeLessThanOrEqualTo(Nodes / 10);
        planned.LargestHour.ShouldBeLessThanOrEqualTo(1.5);
        // Each node lives nearly as long as it may: no more recycles than are needed.
        planned.Starts.ShouldBeLessThan(Nodes * Days * 115 / 100);
    }

    [Fact]
    public void TheSameTrialShowsWhatOtherWaysCost()
    {
        TtlTrial expired = TtlTrial.Run("expiry", SimulatedFleet.Expired, Nodes, Days);
        expired.MostUnavailable.ShouldBe(Nodes);
        expired.LargestHour.ShouldBeGreaterThan(10);
        TtlTrial serial = TtlTrial.Run("serial", SimulatedFleet.Serial, Nodes * 2, Days);
        serial.MostUnavailable.ShouldBe(1);
        serial.Missed.ShouldBeGreaterThan(0);
        serial.Oldest.ShouldBeGreaterThan(TimeSpan.FromHours(30));
    }
}
