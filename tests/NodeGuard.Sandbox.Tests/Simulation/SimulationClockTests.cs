using NodeGuard.Sandbox.Simulation;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation;

public sealed class SimulationClockTests
{
    [Fact]
    public void AStandingClockMovesOnlyWhenItIsStepped()
    {
        using var clock = new SimulationClock(TimeProvider.System, speed: 0);
        DateTimeOffset before = clock.GetUtcNow();
        clock.GetUtcNow().ShouldBe(before);
        clock.Advance(TimeSpan.FromHours(3));
        clock.GetUtcNow().ShouldBe(before + TimeSpan.FromHours(3));
    }

    [Fact]
    public void TimersFireAtTheirOwnTimesInOrder()
    {
        using var clock = new SimulationClock(TimeProvider.System, speed: 0);
        DateTimeOffset start = clock.GetUtcNow();
        var fired = new List<(string, double)>();
        void Note(string name) => fired.Add((name, (clock.GetUtcNow() - start).TotalSeconds));
        using ITimer late = clock.CreateTimer(_ => Note("late"), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using ITimer every = clock.CreateTimer(_ => Note("every"), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using (clock.CreateTimer(_ => Note("never"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan))
        {
        }

        clock.Advance(TimeSpan.FromSeconds(6));
        fired.ShouldBe([("every", 2), ("every", 4), ("late", 5), ("every", 6)]);
    }

    [Fact]
    public void ASkewShowsInTheTimeAndMovesNoTimer()
    {
        using var clock = new SimulationClock(TimeProvider.System, speed: 0);
        DateTimeOffset start = clock.GetUtcNow();
        bool fired = false;
        using ITimer timer = clock.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        clock.Skew = TimeSpan.FromHours(-1);
        clock.GetUtcNow().ShouldBe(start.AddHours(-1));
        clock.Advance(TimeSpan.FromSeconds(4));
        fired.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        fired.ShouldBeTrue();
    }

    [Fact]
    public void AFastClockRunsAMultipleOfItsOrigin()
    {
        using var origin = new SimulationClock(TimeProvider.System, speed: 0);
        using var fast = new SimulationClock(origin, speed: 60);
        DateTimeOffset start = fast.GetUtcNow();
        int fired = 0;
        using ITimer timer = fast.CreateTimer(_ => fired++, null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        origin.Advance(TimeSpan.FromSeconds(0.9));
        fired.ShouldBe(0);
        origin.Advance(TimeSpan.FromSeconds(0.1));
        fired.ShouldBe(1);
        fast.GetUtcNow().ShouldBe(start + TimeSpan.FromMinutes(1));
    }
}
