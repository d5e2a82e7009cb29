namespace NodeGuard.Kubernetes.Election;

/// <summary>
/// What one candidate knows. Times are its own steady clock's, from any zero. Immutable: each look or answer makes the next.
/// </summary>
internal sealed record Candidate
{
    /// <summary>The lease as it was last seen; null when it was never seen.</summary>
    public LeaseRecord? Seen { get; init; }

    /// <summary>False when the last look found no lease.</summary>
    public bool Exists { get; init; }

    /// <summary>When <see cref="Seen"/> was first seen so.</summary>
    public TimeSpan SeenSince { get; init; }

    /// <summary>The next call is due then.</summary>
    public TimeSpan NextCall { get; init; }

    /// <summary>Leading until then; null while not leading.</summary>
    public TimeSpan? LeadsUntil { get; init; }

    /// <summary>A write was refused or has no known outcome: what we know of the lease must be read again before the next.</summary>
    public bool MustRead { get; init; } = true;
}

/// <summary>What a candidate does next.</summary>
internal enum ElectionStep
{
    /// <summary>Nothing is due yet.</summary>
    Wait,

    /// <summary>Read the lease.</summary>
    Read,

    /// <summary>The lease is free: write it with our name, on condition that it is as read.</summary>
    Acquire,

    /// <summary>Write our lease's renewal, on condition that it is as we left it.</summary>
    Renew,

    /// <summary>The time to renew is over or the lease is another's: act no more.</summary>
    StepDown,
}
