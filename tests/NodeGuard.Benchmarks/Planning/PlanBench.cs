using System.Diagnostics;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Core.Fleet.Forecasts;
using NodeGuard.Core.Fleet.Planning;

namespace NodeGuard.Benchmarks.Planning;

/// <summary>How long one plan takes, and whether it grows as the fleet does.</summary>
internal static class PlanBench
{
    private static readonly int[] Sizes = [500, 1_000, 2_000, 5_000, 10_000];
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<PlanRow> Run(Action<string> say)
    {
        var rows = new List<PlanRow>();
        foreach (int size in Sizes)
        {
            say($"plans for {Words.Of(size)} nodes");
            FleetState state = LargeFleet.Of(size);
            FleetPlan plan = FleetPlanner.Plan(state, LargeFleet.Now);
            (double wall, double processor) = Measure(() => FleetPlanner.Plan(state, LargeFleet.Now));
            (double forecast, _) = Measure(() => FleetForecast.Of(state, LargeFleet.Now, LargeFleet.Now.AddDays(1)));
            rows.Add(new PlanRow { Nodes = size, Starts = plan.Starts.Count, Milliseconds = wall, ProcessorMilliseconds = processor, ForecastMilliseconds = forecast });
        }

        return rows;
    }

    public static Sheet SheetOf(IReadOnlyList<PlanRow> rows) => new(
        "One plan (3 zones, 4 policies with budgets, one with windows, one with waves; 2 % not ready, 1 % being recycled)",
        ["nodes", "starts", "ms, median", "processor ms, mean", "processor time a node against 500 nodes", "forecast of 24 h, ms"],
        [.. rows.Select(row => new[]
        {
            Words.Of(row.Nodes), Words.Of(row.Starts), Words.Figure(row.Milliseconds), Words.Figure(row.ProcessorMilliseconds),
            Words.Figure(row.ProcessorMilliseconds / row.Nodes / (rows[0].ProcessorMilliseconds / rows[0].Nodes)),
            Words.Figure(row.ForecastMilliseconds),
        })],
        ["1.00 in the last but one column is linear. Goals for 5,000 nodes: a plan in 20 ms, a forecast in 100 ms. Processor time counts the collector too, and not who else runs."]);

    /// <summary>Milliseconds: the median by the clock, and the mean of what the processor spent.</summary>
    internal static (double Wall, double Processor) Measure(Action run)
    {
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        TimeSpan spent = Environment.CpuUsage.TotalTime;
        while (times.Count < 5 || (Stopwatch.GetElapsedTime(start) < Measured && times.Count < 1_000))
        {
            long each = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(each).TotalMilliseconds);
        }

        double processor = (Environment.CpuUsage.TotalTime - spent).TotalMilliseconds / times.Count;
        times.Sort();
        return (times[times.Count / 2], processor);
    }
}

internal sealed record PlanRow
{
    public required int Nodes { get; init; }

    public required int Starts { get; init; }

    public required double Milliseconds { get; init; }

    public required double ProcessorMilliseconds { get; init; }

    public required double ForecastMilliseconds { get; init; }
}
