namespace NodeGuard.Kubernetes.Caching;

/// <summary>How long to wait before a call that failed is made again.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Base = TimeSpan.FromMilliseconds(500);

    /// <summary>Long enough that a herd of clients does no harm, short enough that people do not notice the end of an outage late.</summary>
    public static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(30);

    // A server, or something between, that asks for an hour would make us blind for an hour.
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(2);

    /// <summary>Doubles with every failure up to the ceiling; never less than the server asked for.</summary>
    /// <param name="failures">In a row, this one included; at least 1.</param>
    /// <param name="roll">A random number in [0, 1): the wait is spread over its upper half.</param>
    /// <param name="retryAfter">What the server asked for.</param>
    public static TimeSpan Delay(int failures, double roll, TimeSpan? retryAfter)
    {
        double doubled = Base.TotalSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 16));
        TimeSpan own = TimeSpan.FromSeconds(Math.Min(doubled, Ceiling.TotalSeconds) * (0.5 + (roll / 2)));
        if (retryAfter is not { } asked)
            return own;
        TimeSpan bounded = asked < LongestAsked ? asked : LongestAsked;
        // Spread upwards only: earlier than asked would be throttled again.
        bounded += bounded * (roll / 10);
        return own > bounded ? own : bounded;
    }
}
