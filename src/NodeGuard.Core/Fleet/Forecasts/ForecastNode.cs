using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Core.Fleet.Forecasts;

/// <summary>A place in a policy's fleet: the node that is there now, and its successors.</summary>
internal sealed class ForecastNode(Member member)
{
    /// <summary>Counts in the budgets as long as the place exists.</summary>
    public Member Member { get; } = member;

    public int Generation { get; set; }

    /// <summary>Null when nothing is known to ask for it.</summary>
    public RecycleReason? Reason { get; set; }

    public DateTimeOffset Earliest { get; set; }

    public DateTimeOffset LatestStart { get; set; } = DateTimeOffset.MaxValue;

    public DateTimeOffset? Deadline { get; set; }

    /// <summary>Open time until <see cref="LatestStart"/>, from the calendar's begin on.</summary>
    public TimeSpan OpenUntilLatest { get; set; }

    /// <summary>Of its policy's waves; null when it has the image, or there are no waves.</summary>
    public int? Wave { get; set; }

    public bool OnlyForAge => Reason == RecycleReason.Age;

    public void SetAge(FleetNode node, Policy policy)
    {
        if (policy.Method == ReplacementMethod.Reboot || AgeTimes.Of(node, policy) is not { } age)
            return;
        (Earliest, LatestStart, Deadline) = (age.Earliest, age.LatestStart, age.Deadline);
    }
}
