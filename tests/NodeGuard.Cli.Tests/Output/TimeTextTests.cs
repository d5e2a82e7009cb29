using NodeGuard.Cli.Output;
using NodeGuard.Cli.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Output;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData(0.25, "250ms")]
    [InlineData(1.83, "1.8s")]
    [InlineData(90, "90s")]
    [InlineData(150, "2m30s")]
    [InlineData(3600, "1h")]
    [InlineData(100_000, "1d3h")]
    public void Durations_show_their_two_largest_units(double seconds, string text) =>
        TimeText.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Fact]
    public void A_time_ahead_of_the_clock_is_said_to_be_in_the_future() =>
        TimeText.Age(FixedTime.Now.AddMinutes(5), new FixedTime()).ShouldBe("future");

    [Fact]
    public void People_get_local_time() =>
        TimeText.Local(FixedTime.Now, new FixedTime()).ShouldBe("2026-11-21 11:00:00");
}
