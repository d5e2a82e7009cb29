namespace NodeGuard.Core.Draining;

/// <summary>
/// What this run knows of its tries on one pod. It only paces and explains: losing it costs a few calls and the time since
/// when a block stands.
/// </summary>
/// <param name="Answer">The last answer; null before the first.</param>
/// <param name="AnsweredAt">When it came.</param>
/// <param name="Since">Since when the answers have been of this kind.</param>
/// <param name="Repeats">How many answers of this kind came in a row.</param>
public sealed record PodAttempt(PodAnswer? Answer, DateTimeOffset AnsweredAt, DateTimeOffset Since, int Repeats, bool InFlight)
{
    /// <summary>Faults for this long, without any other answer between, fail the pod.</summary>
    public static readonly TimeSpan FaultPatience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    // An eviction that was taken shows as a deletionTimestamp at once; if it does not, the pod is asked for again.
    private static readonly TimeSpan AcceptedDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NamespaceDelay = TimeSpan.FromSeconds(5);

    public static PodAttempt Started(PodAttempt? before) =>
        (before ?? new PodAttempt(null, default, default, 0, true)) with { InFlight = true };

    public PodAttempt Answered(PodAnswer answer, DateTimeOffset now)
    {
        bool same = Answer?.Kind == answer.Kind;
        return new PodAttempt(answer, now, same ? Since : now, same ? Repeats + 1 : 1, InFlight: false);
    }

    /// <summary>A try that was given up without an answer.</summary>
    public PodAttempt Abandoned() => this with { InFlight = false };

    /// <summary>The answers themselves span the patience: a pod that was not asked for meanwhile has not failed.</summary>
    public bool HasFailed =>
        Answer?.Kind == PodAnswerKind.Refused
        || (Answer?.Kind is PodAnswerKind.Fault or PodAnswerKind.Gone && AnsweredAt - Since >= FaultPatience);

    /// <summary>Not before this time, whatever the reason was.</summary>
    /// <param name="uid">Spreads pods that were refused together; the same pod and try always give the same time.</param>
    public DateTimeOffset NextTryAt(string uid)
    {
        if (Answer is null)
        {
            return DateTimeOffset.MinValue;
        }

        var delay = Answer.Kind switch
        {
            PodAnswerKind.Accepted => AcceptedDelay,
            PodAnswerKind.NamespaceTerminating => NamespaceDelay,
            _ => Backoff(uid),
        };
        return AnsweredAt + (Answer.RetryAfter is { } asked && asked > delay ? asked : delay);
    }

    private TimeSpan Backoff(string uid)
    {
        double delay = Math.Min(FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(Repeats - 1, 10)), LongestDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(delay * (0.75 + (0.25 * Spread(uid, Repeats))));
    }

    // FNV-1a: string.GetHashCode differs from run to run, and a decision must not.
    private static double Spread(string uid, int repeats)
    {
        uint hash = 2166136261;
        foreach (char c in uid)
        {
            hash = (hash ^ c) * 16777619;
        }

        hash = (hash ^ (uint)repeats) * 16777619;
        return (hash >> 8) / (double)(1 << 24);
    }
}
