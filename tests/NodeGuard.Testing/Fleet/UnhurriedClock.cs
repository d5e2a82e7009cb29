namespace NodeGuard.Testing.Fleet;

/// <summary>
/// The machine's clock without its stalls: between two of its ticks, which are work for the same threads as the test's, no
/// more than a step passes. A simulation at 200 times the speed would see a busy machine's second as three minutes, in which
/// nobody answered.
/// </summary>
internal sealed class UnhurriedClock : TimeProvider, IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly DateTimeOffset _origin = System.GetUtcNow();
    private readonly ITimer _ticker;
    private long _ticked = System.GetTimestamp();
    private TimeSpan _passed;

    public UnhurriedClock()
    {
        _ticker = System.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Tick();
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _origin + Passed();

    public override long GetTimestamp() => Passed().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Alarm(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Dispose() => _ticker.Dispose();

    private TimeSpan Passed()
    {
        lock (_lock)
        {
            TimeSpan since = System.GetElapsedTime(_ticked);
            return _passed + (since < Step ? since : Step);
        }
    }

    private void Tick()
    {
        lock (_lock)
        {
            _passed = Passed();
            _ticked = System.GetTimestamp();
        }

        _ticker.Change(Step, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks at the clock again after each step, as real time does not tell when the clock will be there.</summary>
    private sealed class Alarm : ITimer
    {
        private readonly Lock _lock = new();
        private readonly UnhurriedClock _clock;
        private readonly Action _ring;
        private readonly ITimer _real;
        private TimeSpan? _due;
        private TimeSpan? _period;

        public Alarm(UnhurriedClock clock, Action ring)
        {
            _clock = clock;
            _ring = ring;
            _real = System.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.Passed() + dueTime;
                _period = period > TimeSpan.Zero ? period : null;
                Arm();
            }

            return true;
        }

        public void Dispose() => _real.Dispose();

        public ValueTask DisposeAsync() => _real.DisposeAsync();

        private void Look()
        {
            lock (_lock)
            {
                if (_due is not { } due || _clock.Passed() < due)
                {
                    Arm();
                    return;
                }

                _due = _period is { } period ? due + period : null;
                Arm();
            }

            _ring();
        }

        private void Arm()
        {
            if (_due is not { } due)
                return;
            TimeSpan left = due - _clock.Passed();
            TimeSpan wait = left < TimeSpan.Zero ? TimeSpan.Zero : left < Step ? left : Step;
            // A timer's resolution is a millisecond: one that is armed too early would spin.
            _real.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
    }
}
