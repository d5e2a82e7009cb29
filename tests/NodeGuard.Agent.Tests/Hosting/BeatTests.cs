using NodeGuard.Hosting.Loops;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Hosting;

public sealed class BeatTests
{
    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(1);

    // A provider turns the ticks of its clock into time by floating point.
    private static readonly TimeSpan Rounding = TimeSpan.FromMicroseconds(10);

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(0, 10_000)]
    [InlineData(3_000, 7_000)]
    [InlineData(9_999, 1)]
    [InlineData(10_000, 10_000)]
    public void Whoever_rests_from_any_instant_rests_to_the_same_one(long from, long rest)
    {
        _time.Advance(TimeSpan.FromMilliseconds(from));

        Beat.Until(_time).ShouldBe(TimeSpan.FromMilliseconds(rest) + Behind, Rounding);
    }

    [Theory]
    [InlineData(7_500, 5_000)]
    [InlineData(5_000, 5_000)]
    [InlineData(2_500, 2_500)]
    [InlineData(10_000, 10_000)]
    [InlineData(90_000, 10_000)]
    public void Whoever_must_wake_more_often_wakes_at_the_beats_too(long limit, long part) =>
        Beat.PartWithin(TimeSpan.FromMilliseconds(limit)).ShouldBe(TimeSpan.FromMilliseconds(part));

    [Fact]
    public void The_parts_of_a_beat_end_with_it()
    {
        _time.Advance(TimeSpan.FromSeconds(7));

        Beat.Until(_time, Beat.Interval / 2).ShouldBe(TimeSpan.FromSeconds(3) + Behind, Rounding);
        Beat.Until(_time).ShouldBe(Beat.Until(_time, Beat.Interval / 2));
    }
}
