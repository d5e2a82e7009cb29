namespace NodeGuard.Kubernetes.Election;

/// <summary>The three times of an election, by default client-go's.</summary>
public sealed record LeaseTimes
{
    /// <summary>A lease that others saw unchanged for so long is free.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that has not renewed for so long acts no more.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two renewals of a leader, and the longest between two looks of a candidate.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Null, or what is wrong with the times.</summary>
    public string? Error()
    {
        if (LeaseDuration < TimeSpan.FromSeconds(1) || LeaseDuration.Ticks % TimeSpan.TicksPerSecond != 0)
            return $"leaseDuration is {LeaseDuration}; a Lease holds whole seconds, at least 1";
        // The gap is what a write that is under way, and clocks that run at slightly different speeds, have.
        if (RenewDeadline >= LeaseDuration)
            return $"renewDeadline ({RenewDeadline}) must be shorter than leaseDuration ({LeaseDuration})";
        if (RetryPeriod <= TimeSpan.Zero || RetryPeriod * 2 > RenewDeadline)
            return $"retryPeriod ({RetryPeriod}) must be positive and fit twice into renewDeadline ({RenewDeadline})";
        return null;
    }
}
