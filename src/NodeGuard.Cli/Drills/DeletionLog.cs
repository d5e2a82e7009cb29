using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Drills;

/// <summary>What an independent listener saw: each deletion, and when the same object was there again.</summary>
/// <remarks>Times are the listener's: nothing that the guard says about itself enters.</remarks>
public sealed class DeletionLog
{
    private readonly Dictionary<(ObjectKind Kind, string Identity), Queue<TimeSpan>> _open = [];
    private readonly List<(ObjectKind Kind, TimeSpan Gap)> _gaps = [];
    private ObjectCounts _deleted = ObjectCounts.None;

    public void Deleted(ObjectKind kind, string identity, TimeSpan at)
    {
        _deleted = _deleted.Add(kind);
        if (!_open.TryGetValue((kind, identity), out var times))
            _open[(kind, identity)] = times = new Queue<TimeSpan>(1);
        times.Enqueue(at);
    }

    public void Created(ObjectKind kind, string identity, TimeSpan at)
    {
        if (_open.TryGetValue((kind, identity), out var times) && times.TryDequeue(out var since))
            _gaps.Add((kind, at - since));
    }

    /// <param name="overrun">The listener lost notifications: the figures are a lower bound.</param>
    public DeletionSummary Summarise(bool overrun) => new()
    {
        Deleted = _deleted,
        Returned = _gaps.Aggregate(ObjectCounts.None, static (counts, gap) => counts.Add(gap.Kind)),
        RuleGaps = GapStatistics.Of(_gaps.Where(static gap => gap.Kind is ObjectKind.Rule).Select(static gap => gap.Gap)),
        AllGaps = GapStatistics.Of(_gaps.Select(static gap => gap.Gap)),
        Overrun = overrun,
    };
}

public sealed record DeletionSummary
{
    /// <summary>Deletions, so that an object that is deleted twice counts twice.</summary>
    public required ObjectCounts Deleted { get; init; }

    public required ObjectCounts Returned { get; init; }

    public required GapStatistics RuleGaps { get; init; }

    public required GapStatistics AllGaps { get; init; }

    public required bool Overrun { get; init; }
}
