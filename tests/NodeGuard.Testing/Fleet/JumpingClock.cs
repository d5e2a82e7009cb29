namespace NodeGuard.Testing.Fleet;

/// <summary>A clock whose time of day can be set; what it measures and its timers go on as before.</summary>
internal sealed class JumpingClock(TimeProvider steady) : TimeProvider
{
    private long _off;

    public override long TimestampFrequency => steady.TimestampFrequency;

    public void Jump(TimeSpan by) => Interlocked.Add(ref _off, by.Ticks);

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _off));

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        steady.CreateTimer(callback, state, dueTime, period);
}
