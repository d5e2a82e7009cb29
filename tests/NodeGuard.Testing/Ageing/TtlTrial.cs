using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;

namespace NodeGuard.Testing.Ageing;

/// <summary>A fleet that was born in one minute grows old for some days, in one way of replacing it.</summary>
internal sealed record TtlTrial
{
    public required string Way { get; init; }

    public required int Starts { get; init; }

    public required TimeSpan Oldest { get; init; }

    public required int MostUnavailable { get; init; }

    public required int Missed { get; init; }

    /// <summary>Starts in the busiest hour of the clock against the mean hour's.</summary>
    public required double LargestHour { get; init; }

    public static readonly DateTimeOffset Birth = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly Policy Policy = new()
    {
        Name = "day",
        Selector = LabelMatch.Everything,
        MaxAge = TimeSpan.FromHours(24),
        AgeJitter = TimeSpan.FromHours(18),
        Budget = new DisruptionBudget(CountOrPercent.Percent(10)),
    };

    public static FleetNode[] BornTogether(int count) => [.. Enumerable.Range(0, count).Select(i => new FleetNode
    {
        Name = $"node-{i:00000}",
        Uid = $"uid-node-{i:00000}",
        BornAt = Birth.AddSeconds(60.0 * i / count),
        ReadySince = Birth.AddMinutes(2),
        Zone = "abc"[i % 3].ToString(),
    })];

    public static TtlTrial Run(string way, Chooser choose, int nodes, int days)
    {
        var fleet = new SimulatedFleet(Policy, BornTogether(nodes), new DisruptionBudget(CountOrPercent.Percent(100)));
        fleet.Run(choose, Birth.AddMinutes(1), Birth.AddDays(days));
        double mean = fleet.Starts.Count / (days * 24.0);
        return new TtlTrial
        {
            Way = way,
            Starts = fleet.Starts.Count,
            Oldest = fleet.OldestAge,
            MostUnavailable = fleet.MostUnavailable,
            Missed = fleet.Missed,
            LargestHour = fleet.Starts.GroupBy(static start => start.At.UtcTicks / TimeSpan.TicksPerHour).Max(static hour => hour.Count()) / mean,
        };
    }
}
