using NodeGuard.Benchmarks.Output;
using NodeGuard.Testing.Ageing;

namespace NodeGuard.Benchmarks.Planning;

/// <summary>240 nodes that were born in one minute, replaced for 30 days, in three ways.</summary>
internal static class TtlBench
{
    private const int Nodes = 240;
    private const int Days = 30;

    public static IReadOnlyList<TtlTrial> Run(Action<string> say)
    {
        (string Way, Chooser Choose)[] ways =
        [
            ("planned: pace, jitter, budget", SimulatedFleet.Planned),
            ("expiry at maxAge, no budget", SimulatedFleet.Expired),
            ("serial queue, oldest first", SimulatedFleet.Serial),
        ];
        var trials = new List<TtlTrial>();
        foreach ((string way, Chooser choose) in ways)
        {
            say($"{Nodes} nodes for {Days} days, {way}");
            trials.Add(TtlTrial.Run(way, choose, Nodes, Days));
        }

        return trials;
    }

    public static Sheet SheetOf(IReadOnlyList<TtlTrial> trials) => new(
        $"{Nodes} nodes born in one minute, maxAge 24 h, ageJitter 18 h, maxUnavailable 10 %, {Days} simulated days",
        ["way", "recycles", "oldest, h", "most unavailable", "deadlines missed", "largest hour / mean"],
        [.. trials.Select(static trial => new[]
        {
            trial.Way, Words.Of(trial.Starts), trial.Oldest.TotalHours.ToString("0.0", null), Words.Of(trial.MostUnavailable), Words.Of(trial.Missed), Words.Figure(trial.LargestHour),
        })],
        ["A recycle takes 8 to 15 min in all three, a third of it the drain; a node is as old as it was when its machine went. An expiry that downs every node at once would drain more slowly than that."]);

    public static Sheet SheetOf(ForecastTrial trial) => new(
        $"Forecast and outcome: {Words.Of(trial.Nodes)} nodes, maxAge 24 h, a window of 4 h, maxUnavailable 10 %, one day",
        ["recycles forecast", "recycles", "difference", "largest error of a start, min", "misses forecast", "missed"],
        [[
            Words.Of(trial.Forecast), Words.Of(trial.Outcome), ((trial.Outcome - trial.Forecast) / (double)trial.Forecast).ToString("P1", System.Globalization.CultureInfo.InvariantCulture),
            Words.Figure(trial.LargestError.TotalMinutes), Words.Of(trial.ForecastMisses), Words.Of(trial.Missed),
        ]],
        ["The outcome is the planner's, asked every 20 s at most; recycles take 8 to 15 min, 11.5 usually, and 15 are expected. A miss is forecast from the expected end; it is one when the machine went too late."]);
}
