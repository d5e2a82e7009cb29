using System.Globalization;
using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Fleet;

/// <summary>A plan, and what is forecast, for people.</summary>
internal static class PlanText
{
    private const int LongestBar = 20;
    private const int MostMisses = 20;

    public static void Write(CliConsole console, PlanReport report, bool wide)
    {
        if (report.Forecast is { } forecast)
            WriteForecast(console, forecast, wide);
        else
            Nodes(console, report.Nodes, wide);
    }

    public static IEnumerable<KeyValuePair<string, string>> Facts(PlanReport report) => report.Nodes.Select(static node => KeyValuePair.Create(
        $"node {node.Node}", node.Obstacle?.Message ?? $"starts now, for {string.Join(",", node.Reasons)}"));

    /// <summary>`nodeguard explain`: one node.</summary>
    public static void WriteOne(CliConsole console, OutlookReport outlook, bool wide)
    {
        void Line(string name, string? value) =>
            console.WriteLine(PrintableText.Of($"{name + ":",-12}{(string.IsNullOrEmpty(value) ? "-" : value)}"));
        Line("Node", outlook.Node);
        Line("Policy", outlook.Policy);
        Line("Age", TimeText.Age(outlook.BornAt, console.Time));
        Line("Image", outlook.Image);
        Line("Ready", outlook.Ready ? "yes" : "no");
        if (wide)
        {
            Line("Cordoned", outlook.Cordoned ? "yes" : "no");
            Line("Zone", outlook.Zone);
        }

        Line("Reasons", string.Join(", ", outlook.Reasons));
        Line("Deadline", Local(console, outlook.Deadline));
        Line("Next", outlook.StartsNow ? "it starts now" : Local(console, outlook.Next));
        Line("Why not now", outlook.Obstacle?.Message);
    }

    private static void Nodes(CliConsole console, IReadOnlyList<OutlookReport> nodes, bool wide)
    {
        TextColumn[] columns = [new("NODE"), new("POLICY"), new("AGE"), new("DEADLINE"), new("REASONS"), new("NEXT")];
        var table = new TextTable(wide
            ? [.. columns, new("READY"), new("ZONE"), new("IMAGE"), new("WHY NOT NOW", Flexible: true)]
            : [.. columns, new("WHY NOT NOW", Flexible: true)]);
        foreach (OutlookReport node in nodes)
        {
            TextCell[] cells =
            [
                node.Node, node.Policy, TimeText.Age(node.BornAt, console.Time), Local(console, node.Deadline), string.Join(',', node.Reasons),
                node.StartsNow ? new TextCell("now", Tone.Good) : Local(console, node.Next),
            ];
            table.Add(wide ? [.. cells, node.Ready ? "yes" : "no", node.Zone, node.Image, node.Obstacle?.Message] : [.. cells, node.Obstacle?.Message]);
        }

        table.Write(console);
    }

    private static void WriteForecast(CliConsole console, ForecastPlanReport forecast, bool wide)
    {
        if (forecast.Starts.Count == 0)
            console.WriteLine($"Nothing is expected to start until {TimeText.Local(forecast.Until, console.Time)}.");
        else
            Starts(console, forecast.Starts, wide);
        console.WriteLine("");
        Calendar(console, forecast.Days);
        console.WriteLine("");
        Misses(console, forecast);
    }

    private static void Starts(CliConsole console, IReadOnlyList<ForecastStartReport> starts, bool wide)
    {
        TextColumn[] columns = [new("START"), new("NODE"), new("POLICY"), new("REASON")];
        var table = new TextTable(wide ? [.. columns, new("END")] : columns);
        foreach (ForecastStartReport start in starts)
        {
            string node = start.Generation switch
            {
                0 => start.Node,
                1 => $"successor of {start.Node}",
                _ => string.Create(CultureInfo.InvariantCulture, $"successor {start.Generation} of {start.Node}"),
            };
            TextCell[] cells = [TimeText.Local(start.Start, console.Time), node, start.Policy, start.Reason];
            table.Add(wide ? [.. cells, TimeText.Local(start.End, console.Time)] : cells);
        }

        table.Write(console);
    }

    private static void Calendar(CliConsole console, IReadOnlyList<DayReport> days)
    {
        int most = Math.Max(1, days.Max(static day => day.Starts));
        var table = new TextTable(new("DAY"), new("STARTS", RightAligned: true), new(""), new("MISSED", RightAligned: true), new("WINDOWS", Flexible: true));
        for (int i = 0; i < days.Count; i++)
        {
            int quiet = days.Skip(i).TakeWhile(static day => day is { Starts: 0, Misses: 0 }).Count();
            if (quiet > 2)
            {
                int windows = days.Skip(i).Take(quiet).Sum(static day => day.Windows.Count);
                table.Add($"{days[i].Date} to {days[i + quiet - 1].Date}", "0", new TextCell(""), "0", new TextCell(windows == 0 ? "-" : $"{windows} windows", Tone.Faint));
                i += quiet - 1;
                continue;
            }

            DayReport day = days[i];
            DateOnly date = DateOnly.ParseExact(day.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture);
            string bar = new('#', day.Starts == 0 ? 0 : Math.Max(1, day.Starts * LongestBar / most));
            table.Add(
                date.ToString("ddd yyyy-MM-dd", CultureInfo.InvariantCulture),
                day.Starts.ToString(CultureInfo.InvariantCulture),
                new TextCell(bar, Tone.Good),
                new TextCell(day.Misses.ToString(CultureInfo.InvariantCulture), day.Misses > 0 ? Tone.Bad : Tone.Plain),
                new TextCell(day.Windows.Count == 0 ? "-" : string.Join(", ", day.Windows.Select(window => Window(console, window))), Tone.Faint));
        }

        table.Write(console);
    }

    private static void Misses(CliConsole console, ForecastPlanReport forecast)
    {
        if (forecast.Misses.Count == 0)
        {
            console.WriteLine(Tone.Good.Apply("No node is expected to miss its deadline.", console.Colour));
            return;
        }

        console.WriteLine(Tone.Bad.Apply(string.Create(CultureInfo.InvariantCulture, $"{forecast.Misses.Count} will be older than allowed:"), console.Colour));
        var table = new TextTable(new("NODE"), new("POLICY"), new("DEADLINE"), new("REPLACED"), new("WHY", Flexible: true));
        foreach (MissReport miss in forecast.Misses.Take(MostMisses))
        {
            string node = miss.Generation == 0 ? miss.Node : $"successor of {miss.Node}";
            table.Add(node, miss.Policy, TimeText.Local(miss.Deadline, console.Time), Local(console, miss.End), miss.Why);
        }

        table.Write(console);
        if (forecast.Misses.Count > MostMisses)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"and {forecast.Misses.Count - MostMisses} more: -o json has all"));
        foreach (RemedyReport remedy in forecast.Remedies)
            console.WriteLine(PrintableText.Of($"Policy {remedy.Policy}: {string.Join("; or ", remedy.Changes)}."));
    }

    private static string Window(CliConsole console, WindowReport window)
    {
        string Clock(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, console.Time.LocalTimeZone).ToString("HH:mm", CultureInfo.InvariantCulture);
        return $"{Clock(window.Start)}-{Clock(window.End)} {window.Policy}";
    }

    private static string? Local(CliConsole console, DateTimeOffset? time) => time is { } at ? TimeText.Local(at, console.Time) : null;
}
