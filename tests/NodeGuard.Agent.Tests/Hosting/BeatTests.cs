using NodeGuard.Hosting.Loops;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Hosting;

public sealed class BeatTests
{
    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(0, 10)]
    [InlineData(3, 7)]
    [InlineData(9.999, 0.001)]
    [InlineData(10, 10)]
    public void Whoever_rests_from_any_instant_rests_to_the_same_one(double from, double rest)
    {
        _time.Advance(TimeSpan.FromSeconds(from));

        Beat.Until(_time).ShouldBe(TimeSpan.FromSeconds(rest) + Behind);
    }

    [Fact]
    public void The_parts_of_a_beat_end_with_it()
    {
        _time.Advance(TimeSpan.FromSeconds(7));

        Beat.Until(_time, Beat.Interval / 2).ShouldBe(TimeSpan.FromSeconds(3) + Behind);
        Beat.Until(_time).ShouldBe(Beat.Until(_time, Beat.Interval / 2));
    }
}
