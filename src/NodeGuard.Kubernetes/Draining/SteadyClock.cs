namespace NodeGuard.Kubernetes.Draining;

/// <summary>A clock's time of day as it was at the beginning, carried on by its timestamps: it does not follow when that clock is set.</summary>
internal sealed class SteadyClock(TimeProvider clock) : TimeProvider
{
    private readonly DateTimeOffset _at = clock.GetUtcNow();
    private readonly long _taken = clock.GetTimestamp();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _at + clock.GetElapsedTime(_taken);

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
