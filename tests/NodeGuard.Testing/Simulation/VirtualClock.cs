namespace NodeGuard.Testing.Simulation;

/// <summary>The clocks of a simulated process: the monotonic one goes on while the process is stopped; its timers then fire late.</summary>
internal sealed class VirtualClock(VirtualWorld world, VirtualProcess process) : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Epoch + world.Now + process.WallClockOffset;

    public override long GetTimestamp() => world.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(world, process, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(VirtualWorld world, VirtualProcess process, Action callback) : ITimer
    {
        private VirtualWorld.Due? _next;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Dispose();
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Arm(dueTime);
            return true;
        }

        public void Dispose()
        {
            if (_next is { } next)
                next.Cancelled = true;
            _next = null;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(TimeSpan dueTime)
        {
            VirtualWorld.Due due = null!;
            due = world.After(dueTime, () => process.Run(() =>
            {
                // A timer that is changed or disposed while its process was stopped does not fire.
                if (due.Cancelled)
                    return;
                if (_period > TimeSpan.Zero)
                    Arm(_period);
                callback();
            }));
            _next = due;
        }
    }
}
