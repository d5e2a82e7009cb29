using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Core.Routing;

/// <summary>What is known of networkd's links when an episode asks whether it is over.</summary>
public enum LinksState : byte
{
    /// <summary>networkd does not answer, or its state cannot be read.</summary>
    Unknown,
    Configuring,

    /// <summary>Every link reads configured, unmanaged, failed or linger: no further pass is coming.</summary>
    Settled,
}

/// <summary>
/// One flush from its first sign until networkd's links have settled and every restorable object is back. Times are
/// monotonic nanoseconds.
/// </summary>
public sealed class Episode
{
    /// <summary>Passes over several links follow each other within this time.</summary>
    public const long QuietWhenSettled = 1_000_000_000;

    /// <summary>Without word of the links, this long a silence is taken for the end of networkd's passes.</summary>
    public const long QuietWhenUnknown = 5_000_000_000;

    /// <summary>A link can stay "configuring" for ever (no DHCP server answers); 252 reads so for some 20 s after any start.</summary>
    public const long QuietWhenConfiguring = 45_000_000_000;

    // Gaps beyond this many are counted in the longest but not in the median.
    private readonly long[] _gaps = new long[32_768];
    private int _gapCount;

    public int Number { get; private set; }

    public bool Running { get; private set; }

    public long StartedAt { get; private set; }

    /// <summary>The last deletion or refusal that belonged to it.</summary>
    public long LastSign { get; private set; }

    public ObjectCounts Lost { get; private set; } = ObjectCounts.None;

    public ObjectCounts Restored { get; private set; } = ObjectCounts.None;

    public long Contention { get; private set; }

    public long LongestGap { get; private set; }

    private readonly int[] _lost = new int[5];
    private readonly int[] _restored = new int[5];

    public void Start(long now)
    {
        Number++;
        Running = true;
        StartedAt = now;
        LastSign = now;
        Contention = 0;
        LongestGap = 0;
        _gapCount = 0;
        Array.Clear(_lost);
        Array.Clear(_restored);
    }

    public void Sign(long now) => LastSign = now;

    public void CountLost(ObjectKind kind) => _lost[(int)kind]++;

    /// <param name="kind">What was restored.</param>
    /// <param name="gap">Nanoseconds from the loss read to the kernel's consent.</param>
    /// <param name="again">The same object was lost and restored in this episode before: one object, one more gap.</param>
    public void CountRestored(ObjectKind kind, long gap, bool again)
    {
        _restored[(int)kind] += again ? 0 : 1;
        LongestGap = Math.Max(LongestGap, gap);
        if (_gapCount < _gaps.Length)
        {
            _gaps[_gapCount++] = gap;
        }
    }

    public void CountContention() => Contention++;

    /// <summary>Pure: whether the passes are over, so that a last full read may close the episode.</summary>
    public static bool IsQuiet(long sinceLastSign, LinksState links) => links switch
    {
        LinksState.Settled => sinceLastSign >= QuietWhenSettled,
        LinksState.Unknown => sinceLastSign >= QuietWhenUnknown,
        _ => sinceLastSign >= QuietWhenConfiguring,
    };

    public void End()
    {
        Running = false;
        Lost = Counts(_lost);
        Restored = Counts(_restored);
    }

    /// <summary>Nanoseconds; 0 when nothing was restored.</summary>
    public long MedianGap()
    {
        if (_gapCount == 0)
        {
            return 0;
        }

        Span<long> gaps = _gaps.AsSpan(0, _gapCount);
        gaps.Sort();
        return gaps[_gapCount / 2];
    }

    public int LostSoFar => _lost.Sum();

    private static ObjectCounts Counts(int[] byKind) => new(
        byKind[(int)ObjectKind.Address],
        byKind[(int)ObjectKind.Nexthop],
        byKind[(int)ObjectKind.Route],
        byKind[(int)ObjectKind.Rule]);
}
