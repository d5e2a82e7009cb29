using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>A node that something asks for.</summary>
internal sealed class Candidate : IComparable<Candidate>
{
    // A person first; then what is late; then by the most urgent reason.
    private readonly int _urgency;
    private readonly long _latestStart;
    private readonly long _requestedAt;

    /// <param name="recycle">The request for it; null when nobody has made one.</param>
    /// <param name="latestStart">Of its age; null when that does not press.</param>
    public Candidate(
        Member member, PlannedRecycle? recycle, IReadOnlyList<RecycleReason> reasons, DateTimeOffset? latestStart, DateTimeOffset? deadline, DateTimeOffset now)
    {
        (Member, Recycle, Reasons, Deadline) = (member, recycle, reasons, deadline);
        _urgency = (Forced, ByHand) switch
        {
            (true, _) => 0,
            (_, true) => 1,
            _ when latestStart <= now => 2,
            _ => 3 + (int)reasons[0],
        };
        _latestStart = (latestStart ?? deadline ?? DateTimeOffset.MaxValue).UtcTicks;
        _requestedAt = (recycle?.RequestedAt ?? DateTimeOffset.MaxValue).UtcTicks;
    }

    public Member Member { get; }

    public FleetNode Node => Member.Node;

    /// <summary>Null when no policy selects it: a person asked.</summary>
    public PolicyScope? Scope => Member.Scope;

    public PlannedRecycle? Recycle { get; }

    public IReadOnlyList<RecycleReason> Reasons { get; }

    public DateTimeOffset? Deadline { get; }

    public bool ByHand => Recycle is { Automatic: false };

    public bool Forced => Recycle is { Forced: true };

    public bool OnlyForAge => Reasons is [RecycleReason.Age];

    /// <summary>The machine stays: it is updated, and perhaps rebooted.</summary>
    public bool OnlyForUpdate => !ByHand && Reasons is [RecycleReason.Update] or [RecycleReason.Reboot, RecycleReason.Update];

    public int CompareTo(Candidate? other)
    {
        if (other is null)
            return 1;
        int order = _urgency.CompareTo(other._urgency);
        order = order != 0 ? order : _latestStart.CompareTo(other._latestStart);
        order = order != 0 ? order : _requestedAt.CompareTo(other._requestedAt);
        return order != 0 ? order : string.CompareOrdinal(Node.Name, other.Node.Name);
    }
}
