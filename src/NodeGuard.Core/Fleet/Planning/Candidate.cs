using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>A node that something asks for.</summary>
/// <param name="Scope">Null when no policy selects it: a person asked.</param>
/// <param name="LatestStart">Of its age; null when that does not press.</param>
internal sealed record Candidate(
    FleetNode Node,
    PolicyScope? Scope,
    PlannedRecycle? Recycle,
    IReadOnlyList<RecycleReason> Reasons,
    DateTimeOffset? LatestStart,
    DateTimeOffset? Deadline) : IComparable<Candidate>
{
    public bool ByHand => Recycle is { Automatic: false };

    public bool Forced => Recycle is { Forced: true };

    public bool OnlyForAge => Reasons is [RecycleReason.Age];

    /// <summary>A person first; then what is late; then by the most urgent reason.</summary>
    private int Urgency { get; init; }

    public Candidate Ranked(DateTimeOffset now) => this with
    {
        Urgency = (Forced, ByHand) switch
        {
            (true, _) => 0,
            (_, true) => 1,
            _ when LatestStart <= now => 2,
            _ => 3 + (int)Reasons[0],
        },
    };

    public int CompareTo(Candidate? other)
    {
        if (other is null)
            return 1;
        int order = Urgency.CompareTo(other.Urgency);
        order = order != 0 ? order : Later(LatestStart ?? Deadline).CompareTo(Later(other.LatestStart ?? other.Deadline));
        order = order != 0 ? order : (Recycle?.RequestedAt ?? DateTimeOffset.MaxValue).CompareTo(other.Recycle?.RequestedAt ?? DateTimeOffset.MaxValue);
        return order != 0 ? order : string.CompareOrdinal(Node.Name, other.Node.Name);
    }

    private static DateTimeOffset Later(DateTimeOffset? time) => time ?? DateTimeOffset.MaxValue;
}
