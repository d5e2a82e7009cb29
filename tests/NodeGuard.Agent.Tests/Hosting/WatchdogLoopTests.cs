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
    // A provider turns the ticks of its clock into time by floating point.
    private static readonly TimeSpan Rounding = TimeSpan.FromMicroseconds(100);

    private readonly ManualTime _time = new();
    private readonly FakeGuard _guard = new();
    private readonly RecordingNotifier _notifier = new();

    private int Answers => _notifier.Messages.Count(message => message == "WATCHDOG=1");

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

        Answers.ShouldBe(2);
    }

    [Theory]
    [Trait("Invariant", "12")]
    [InlineData(15.0, 5.0)]
    [InlineData(4.0, 2.0)]
    [InlineData(null, 10.0)]
    public async Task It_is_answered_in_time_at_instants_at_which_others_wake_too(double? watchdogSeconds, double answeredSeconds)
    {
        _notifier.WatchdogInterval = watchdogSeconds / 2 is { } half ? TimeSpan.FromSeconds(half) : null;
        using var stop = new CancellationTokenSource();
        _time.Advance(TimeSpan.FromSeconds(1));
        var watchdog = new WatchdogLoop(_guard, new LoopHeartbeats(_time), _notifier, NullLogger.Instance, _time);
        Task running = watchdog.RunAsync(new LoopHeartbeats(_time).Register("watchdog", TimeSpan.FromSeconds(30)), stop.Token);

        for (int answers = 1; answers < 10; answers++)
        {
            TimeSpan part = TimeSpan.FromSeconds(answeredSeconds);
            await _time.UntilTimerWithin(part + TimeSpan.FromMilliseconds(1)).WaitAsync(TimeSpan.FromSeconds(30));
            Answers.ShouldBe(answers);
            _time.Advance(Beat.Until(_time, part) + Rounding);
            await Eventually.TrueAsync(() => Answers == answers + 1, "the next answer");
        }

        await stop.CancelAsync();
        await Task.WhenAny(running);
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
