using NodeGuard.Core.Fleet.Forecasts;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Windows;
using NodeGuard.Core.Units;

namespace NodeGuard.Testing.Ageing;

/// <summary>A day of a fleet with a TTL of 24 h and a window of 4 h: what was forecast, and what the plans then did.</summary>
internal sealed record ForecastTrial
{
    public required int Nodes { get; init; }

    public required int Forecast { get; init; }

    public required int Outcome { get; init; }

    /// <summary>Of the n-th starts, said and done: the largest distance.</summary>
    public required TimeSpan LargestError { get; init; }

    public required int ForecastMisses { get; init; }

    public required int Missed { get; init; }

    public static ForecastTrial Run(int count)
    {
        Policy policy = TtlTrial.Policy with
        {
            AgeJitter = TimeSpan.FromHours(22),
            Usual = TimeSpan.FromMinutes(11.5),
            Windows = [new MaintenanceWindow(CronSchedule.Weekly([], new TimeOnly(22, 0)), TimeSpan.FromHours(4), TimeZoneInfo.Utc)],
        };
        // Born all through the window of the night before.
        DateTimeOffset from = TtlTrial.Birth.AddHours(20);
        FleetNode[] nodes = [.. TtlTrial.BornTogether(count).Select((node, i) => node with { BornAt = TtlTrial.Birth.AddHours(-1.5 + (3.2 * i / count)) })];
        var all = new DisruptionBudget(CountOrPercent.Percent(100));
        Forecast said = FleetForecast.Of(new FleetState { Nodes = nodes, Policies = [policy], Budget = all }, from, from.AddDays(1));
        var fleet = new SimulatedFleet(policy, nodes, all, TimeSpan.FromSeconds(20));
        fleet.Run(SimulatedFleet.Planned, from, from.AddDays(1));
        return new ForecastTrial
        {
            Nodes = count,
            Forecast = said.Steps.Count,
            Outcome = fleet.Starts.Count,
            LargestError = fleet.Starts.Zip(said.Steps).Max(static pair => (pair.First.At - pair.Second.Start).Duration()),
            ForecastMisses = said.Misses.Count,
            Missed = fleet.Missed,
        };
    }
}
