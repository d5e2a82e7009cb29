using System.Text;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>When a node has to go for its age.</summary>
/// <param name="Earliest">Before that it is left alone, however many others share its deadline.</param>
/// <param name="LatestStart">A start later than this may end after the deadline.</param>
/// <param name="Deadline">Its birth and maxAge.</param>
internal readonly record struct AgeTimes(DateTimeOffset Earliest, DateTimeOffset LatestStart, DateTimeOffset Deadline)
{
    // A recycle may take twice its expected time, within reason, and still be over before the deadline.
    private const int Lead = 2;

    /// <summary>A tenth of the jitter parts the latest starts of nodes that were born together.</summary>
    private const double SpreadOfLatest = 0.1;

    public static AgeTimes? Of(FleetNode node, Policy policy)
    {
        if (policy.MaxAge is not { } maxAge)
            return null;
        DateTimeOffset deadline = Add(node.BornAt, maxAge);
        TimeSpan lead = Shorter(policy.Expected * Lead, maxAge / 4);
        TimeSpan spread = policy.AgeJitter * (SpreadOfLatest * Fraction(node.Uid));
        return new AgeTimes(deadline - policy.AgeJitter, deadline - lead - spread, deadline);
    }

    /// <summary>In [0, 1), the same for a UID on every machine and in every version (FNV-1a).</summary>
    internal static double Fraction(string uid)
    {
        ulong hash = 14695981039346656037;
        foreach (byte part in Encoding.UTF8.GetBytes(uid))
            hash = (hash ^ part) * 1099511628211;
        // The upper bits of FNV differ little for short texts: a final mix spreads them.
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        hash ^= hash >> 33;
        return (hash >> 11) * (1.0 / (1UL << 53));
    }

    private static DateTimeOffset Add(DateTimeOffset born, TimeSpan age) =>
        age < DateTimeOffset.MaxValue - born ? born + age : DateTimeOffset.MaxValue;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
