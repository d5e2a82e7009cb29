namespace NodeGuard.Agent.Cluster;

/// <summary>When a report is written: at once when something has changed, though not more often than each turn; else as a sign of life.</summary>
/// <param name="node">Its name spreads the nodes of a fleet over time.</param>
internal sealed class ReportPace(string node)
{
    /// <summary>At most one write in this time.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    /// <summary>On average; each node has its own, a tenth shorter or longer.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(5);

    /// <summary>A time without a write that is told afterwards.</summary>
    public static readonly TimeSpan Silence = 2 * Heartbeat;

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);

    private readonly double _share = 0.9 + (0.2 * (Hash(node) % 1000 / 1000.0));

    public TimeSpan OwnHeartbeat => Heartbeat * _share;

    /// <summary>How long nothing is asked after so many failures in a row: 5 s, doubling up to 5 min, spread.</summary>
    public TimeSpan Backoff(int failures)
    {
        if (failures == 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan doubled = Turn * Math.Pow(2, Math.Min(failures - 1, 10));
        return (doubled < LongestBackoff ? doubled : LongestBackoff) * _share;
    }

    public bool IsDue(bool changed, TimeSpan sinceLastWrite) => changed || sinceLastWrite >= OwnHeartbeat;

    // FNV-1a: the same on every start of the process, which string.GetHashCode is not.
    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text)
        {
            hash = unchecked((hash ^ c) * 16777619);
        }

        return hash;
    }
}
