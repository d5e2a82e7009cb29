using NodeGuard.Linux.Systemd.Bus;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Bus;

public class ReconnectDelayTests
{
    [Fact]
    public void Delays_grow_from_a_quarter_second_to_ten_and_start_over_after_a_success()
    {
        var delay = new ReconnectDelay(new Random(1));
        double full = 0.25;
        for (int i = 0; i < 10; i++)
        {
            delay.Next().TotalSeconds.ShouldBeInRange(full / 2, full);
            full = Math.Min(full * 2, 10);
        }

        delay.Reset();
        delay.Next().TotalSeconds.ShouldBeInRange(0.125, 0.25);
    }
}
