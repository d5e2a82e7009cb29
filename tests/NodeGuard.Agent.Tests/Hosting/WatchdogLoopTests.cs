using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Hosting.Loops;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Hosting;

public sealed class WatchdogLoopTests
{
    private readonly ManualTime _time = new();
    private readonly FakeGuard _guard = new();
    private readonly RecordingNotifier _notifier = new();

    [Fact]
    [Trait("Invariant", "12")]
    public void The_watchdog_is_answered_while_every_loop_moves_whatever_the_guard_says()
    {
        var heartbeats = new LoopHeartbeats(_time);
        LoopHeartbeat loop = heartbeats.Register("ledger", TimeSpan.FromSeconds(5));
        _guard.Status = _guard.Status with { State = GuardState.Failed };
        var watchdog = new WatchdogLoop(_guard, heartbeats, _notifier, NullLogger.Instance, _time);

        watchdog.Turn();
        _time.Advance(TimeSpan.FromSeconds(6));
        watchdog.Turn();
        loop.Beat();
        watchdog.Turn();

        _notifier.Messages.Count(message => message == "WATCHDOG=1").ShouldBe(2);
    }

    [Fact]
    public void The_status_line_is_told_when_it_changes()
    {
        var watchdog = new WatchdogLoop(_guard, new LoopHeartbeats(_time), _notifier, NullLogger.Instance, _time);

        watchdog.Turn();
        watchdog.Turn();
        _guard.Status = _guard.Status with { State = GuardState.NothingToGuardAgainst, NetworkdVersion = null, Networkd = "absent" };
        watchdog.Turn();

        _notifier.Messages.Where(message => message.StartsWith("STATUS=", StringComparison.Ordinal)).ShouldBe(
        [
            "STATUS=guarding, 73 foreign objects, networkd 257.8-1~deb13u1",
            "STATUS=nothing to guard against, 73 foreign objects, networkd absent",
        ]);
    }
}
