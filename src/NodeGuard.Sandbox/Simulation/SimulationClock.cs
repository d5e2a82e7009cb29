namespace NodeGuard.Sandbox.Simulation;

/// <summary>
/// The cluster's one clock: runs <c>speed</c> times as fast as the real one, or stands and is stepped (speed 0).
/// </summary>
/// <remarks>Timers fire on the real clock's thread pool, or inside <see cref="Advance"/> in order of their times.</remarks>
public sealed class SimulationClock : TimeProvider, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SimulatedTimer> _timers = [];
    private readonly TimeProvider _real;
    private readonly double _speed;
    private readonly long _started;
    private readonly DateTimeOffset _origin;
    private readonly ITimer? _alarm;
    private long _stepped;
    private long _skew;

    /// <param name="real">The clock that this one follows.</param>
    /// <param name="speed">Simulated seconds per real second; 0 for a clock that only <see cref="Advance"/> moves.</param>
    public SimulationClock(TimeProvider real, double speed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(speed);
        _real = real;
        _speed = speed;
        _started = real.GetTimestamp();
        _origin = real.GetUtcNow();
        _alarm = speed > 0 ? real.CreateTimer(_ => FireDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) : null;
    }

    /// <summary>What the cluster's clock shows beyond the true simulated time; timers do not follow it.</summary>
    public TimeSpan Skew
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _skew));
        set => Interlocked.Exchange(ref _skew, value.Ticks);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _origin + TimeSpan.FromTicks(GetTimestamp()) + Skew;

    public override long GetTimestamp() =>
        (long)(_real.GetElapsedTime(_started).Ticks * _speed) + Interlocked.Read(ref _stepped);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward; timers that come due fire before this returns, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long target = GetTimestamp() + by.Ticks;
        while (NextDue() is { } due && due <= target)
        {
            Interlocked.Add(ref _stepped, Math.Max(0, due - GetTimestamp()));
            FireDue();
        }

        Interlocked.Add(ref _stepped, Math.Max(0, target - GetTimestamp()));
        Arm();
    }

    public void Dispose() => _alarm?.Dispose();

    private long? NextDue()
    {
        lock (_lock)
        {
            return _timers.Count == 0 ? null : _timers.Min(timer => timer.DueAt);
        }
    }

    private void FireDue()
    {
        SimulatedTimer[] due;
        lock (_lock)
        {
            long now = GetTimestamp();
            due = [.. _timers.Where(timer => timer.DueAt <= now).OrderBy(timer => timer.DueAt)];
            foreach (SimulatedTimer timer in due)
            {
                if (timer.Period is { } period)
                {
                    timer.DueAt = now + period;
                }
                else
                {
                    _timers.Remove(timer);
                }
            }
        }

        foreach (SimulatedTimer timer in due)
        {
            timer.Fire();
        }

        Arm();
    }

    private void Arm()
    {
        // In one piece: of two threads, the one that has seen less must not have the last word.
        lock (_lock)
        {
            if (_alarm is null || NextDue() is not { } due)
            {
                return;
            }

            // A timer's resolution is a millisecond: one that is armed too early would spin.
            double milliseconds = Math.Ceiling(Math.Max(0, due - GetTimestamp()) / (TimeSpan.TicksPerMillisecond * _speed));
            _alarm.Change(TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)), Timeout.InfiniteTimeSpan);
        }
    }

    private void Schedule(SimulatedTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            timer.Period = period > TimeSpan.Zero ? period.Ticks : null;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.DueAt = GetTimestamp() + dueTime.Ticks;
                _timers.Add(timer);
            }
        }

        Arm();
    }

    private sealed class SimulatedTimer(SimulationClock clock, Action callback) : ITimer
    {
        public long DueAt { get; set; }

        public long? Period { get; set; }

        public void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Schedule(this, dueTime, period);
            return true;
        }

        public void Dispose() => clock.Schedule(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
