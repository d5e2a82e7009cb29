namespace NodeGuard.Kubernetes.Election;

/// <summary>
/// Who may lead, decided from what a candidate saw and its own steady clock alone. A leader acts for
/// <see cref="LeaseTimes.RenewDeadline"/> from when it sent its last successful renewal; another starts at the earliest
/// <see cref="LeaseTimes.LeaseDuration"/> after it saw that renewal, so later than it was sent: the two never overlap as
/// long as the clocks' speeds differ by less than the ratio of the two times.
/// </summary>
internal static class ElectionRules
{
    /// <summary>What is due at <paramref name="now"/>.</summary>
    public static ElectionStep Due(Candidate candidate, TimeSpan now)
    {
        if (candidate.LeadsUntil is { } until && now >= until)
            return ElectionStep.StepDown;
        if (now < candidate.NextCall)
            return ElectionStep.Wait;
        return candidate.LeadsUntil is not null && !candidate.MustRead ? ElectionStep.Renew : ElectionStep.Read;
    }

    /// <summary>What a lease that has just been read calls for: acquire, renew, step down, or wait.</summary>
    public static ElectionStep AfterRead(Candidate candidate, string identity, LeaseTimes times, TimeSpan now)
    {
        bool ours = candidate.Exists && candidate.Seen?.Holder == identity;
        if (candidate.LeadsUntil is { } until)
            return ours && now < until ? ElectionStep.Renew : ElectionStep.StepDown;
        return ours || IsFree(candidate, times, now) ? ElectionStep.Acquire : ElectionStep.Wait;
    }

    /// <summary>
    /// A lease that somebody deleted still counts for as long as its last record would: its holder may not know yet.
    /// </summary>
    /// <param name="lease">Null when there is none.</param>
    public static Candidate Saw(Candidate candidate, LeaseRecord? lease, TimeSpan now) => candidate with
    {
        Seen = lease ?? candidate.Seen,
        SeenSince = lease is null || lease == candidate.Seen ? candidate.SeenSince : now,
        Exists = lease is not null,
        MustRead = false,
    };

    /// <summary>Our write was taken: we lead from now on, counted from when it was sent.</summary>
    public static Candidate Wrote(Candidate candidate, LeaseRecord written, LeaseTimes times, TimeSpan sent, TimeSpan now) => candidate with
    {
        Seen = written,
        SeenSince = now,
        Exists = true,
        LeadsUntil = sent + times.RenewDeadline,
        NextCall = sent + times.RetryPeriod,
        MustRead = false,
    };

    /// <summary>Someone wrote before us: look at once. A leader that still leads may find that only a label changed.</summary>
    public static Candidate LostRace(Candidate candidate, TimeSpan now) => candidate with { MustRead = true, NextCall = now };

    /// <summary>A call failed, or nobody knows whether it was done.</summary>
    public static Candidate CallFailed(Candidate candidate, LeaseTimes times, TimeSpan now, double roll) =>
        candidate with { MustRead = true, NextCall = now + (times.RetryPeriod * (0.25 + (roll / 4))) };

    /// <summary>
    /// The lease is another's: look again before long, and in the moment it would be free. Looks are more frequent than
    /// renewals: a candidate counts from when it saw the last renewal, and what it saw late it takes over late.
    /// </summary>
    public static Candidate Waits(Candidate candidate, LeaseTimes times, TimeSpan now, double roll)
    {
        TimeSpan look = now + (times.RetryPeriod * (0.4 + (roll * 0.3)));
        TimeSpan free = FreeAt(candidate, times);
        return candidate with { NextCall = free > now && free < look ? free : look };
    }

    public static Candidate SteppedDown(Candidate candidate, LeaseTimes times, TimeSpan now, double roll) =>
        CallFailed(candidate, times, now, roll) with { LeadsUntil = null };

    /// <summary>When to wake: for the next call, or because leading ends.</summary>
    public static TimeSpan WakeAt(Candidate candidate) =>
        candidate.LeadsUntil is { } until && until < candidate.NextCall ? until : candidate.NextCall;

    private static bool IsFree(Candidate candidate, LeaseTimes times, TimeSpan now) =>
        candidate.Seen is null || candidate.Seen.Holder.Length == 0 || now >= FreeAt(candidate, times);

    /// <summary>By the longer of the holder's duration and ours: candidates may be configured differently while they are rolled out.</summary>
    private static TimeSpan FreeAt(Candidate candidate, LeaseTimes times)
    {
        TimeSpan said = candidate.Seen?.Duration ?? TimeSpan.Zero;
        return candidate.SeenSince + (said > times.LeaseDuration ? said : times.LeaseDuration);
    }
}
