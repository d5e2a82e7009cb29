using System.Globalization;
using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Fleet;

/// <summary>The fleet at a glance, for people.</summary>
internal static class FleetStatusText
{
    public static void Write(CliConsole console, FleetReport report, bool wide)
    {
        TextCell head = Head(report);
        console.WriteLine(head.Tone.Apply(PrintableText.Of(head.Text), console.Colour));
        console.WriteLine("");
        if (report.Policies.Count == 0)
            console.WriteLine("No NodePolicy: nothing is recycled unless a person asks. See docs/fleet.md for a first one.");
        else
            Policies(console, report, wide);
        if (report.Recycles.Count > 0)
        {
            console.WriteLine("");
            Recycles(console, report.Recycles, wide);
        }

        if (report.Troubles.Count > 0)
        {
            console.WriteLine("");
            TroublesOf(console, report.Troubles);
        }
    }

    /// <summary>What changes in it, each by its own name; times that move by themselves are left out.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Facts(FleetReport report)
    {
        yield return new("fleet", Head(report).Text);
        foreach (PolicyReport policy in report.Policies)
        {
            string wave = policy.Wave is { } under ? $", wave {under.Name} {under.Done}/{under.Total}" : "";
            yield return new($"policy {policy.Name}",
                $"{policy.Nodes} nodes, {policy.Outdated} outdated, {policy.Overdue} overdue, {policy.Unavailable} of {policy.Allowed} unavailable, {policy.InProgress} in progress{wave}; {State(policy).Text}");
        }

        foreach (RecycleReport recycle in report.Recycles)
            yield return new($"node {recycle.Node} ({recycle.Name})", $"{recycle.Phase}: {recycle.Message ?? "waits for its turn"}");
        foreach (TroubleReport trouble in report.Troubles)
            yield return new($"node {trouble.Node} {trouble.Kind}", trouble.Message);
    }

    public static TextCell State(PolicyReport policy) => policy switch
    {
        { Problem: { } problem } => new TextCell($"not carried out: {problem}", Tone.Bad),
        { Freeze: { } freeze } => new TextCell($"frozen: {freeze.Message ?? freeze.Cause}", Tone.Bad),
        { Paused: true } => new TextCell("paused", Tone.Warning),
        _ => new TextCell("goes on", Tone.Good),
    };

    /// <summary>How the forecast stands, in few words.</summary>
    public static TextCell Forecast(ForecastReport? forecast) => forecast switch
    {
        { Feasible: true } => new TextCell("in time", Tone.Good),
        { Feasible: false } => new TextCell($"{Number(forecast.Misses ?? 0)} late", Tone.Bad),
        _ => TextCell.FromString(null),
    };

    private static TextCell Head(FleetReport report)
    {
        string nodes = $"{report.Nodes} nodes, {report.Unavailable} unavailable ({report.Allowed} allowed)";
        return report switch
        {
            { Freeze: { } freeze } => new TextCell($"The fleet is frozen: {freeze.Message ?? freeze.Cause} {nodes}", Tone.Bad),
            { Paused: true } => new TextCell($"The fleet is paused: nodeguard resume lets it go on. {nodes}", Tone.Warning),
            _ => new TextCell(nodes),
        };
    }

    private static void Policies(CliConsole console, FleetReport report, bool wide)
    {
        TextColumn[] columns =
        [
            new("POLICY"), new("NODES", RightAligned: true), new("OUTDATED", RightAligned: true), new("OVERDUE", RightAligned: true),
            new("UNAVAILABLE", RightAligned: true), new("RECYCLING", RightAligned: true), new("OLDEST", RightAligned: true), new("NEXT START"), new("FORECAST"),
        ];
        var table = new TextTable(wide ? [.. columns, new("OLDEST NODE"), new("WAVE"), new("STATE", Flexible: true)] : [.. columns, new("STATE", Flexible: true)]);
        foreach (PolicyReport policy in report.Policies)
        {
            TextCell[] cells =
            [
                policy.Name, Number(policy.Nodes), Count(policy.Outdated, Tone.Warning), Count(policy.Overdue, Tone.Bad),
                new TextCell($"{policy.Unavailable}/{policy.Allowed}", policy.Unavailable > policy.Allowed ? Tone.Bad : Tone.Plain), Number(policy.InProgress),
                policy.OldestBornAt is { } born ? TimeText.Age(born, console.Time) : null, Local(console, policy.NextStart), Forecast(policy.Forecast),
            ];
            string? wave = policy.Wave is { } under ? $"{under.Name} {under.Done}/{under.Total}" : null;
            table.Add(wide ? [.. cells, policy.OldestNode, wave, State(policy)] : [.. cells, State(policy)]);
        }

        table.Write(console);
        foreach (PolicyReport policy in report.Policies.Where(static policy => policy.Forecast is { Feasible: false, Message: not null }))
            console.WriteLine(Tone.Bad.Apply(PrintableText.Of($"{policy.Name}: {policy.Forecast!.Message}"), console.Colour));
    }

    private static void Recycles(CliConsole console, IReadOnlyList<RecycleReport> recycles, bool wide)
    {
        TextColumn[] columns = [new("NODE"), new("PHASE"), new("SINCE", RightAligned: true), new("POLICY"), new("REASONS")];
        var table = new TextTable(wide
            ? [.. columns, new("RECYCLE"), new("REQUESTED BY"), new("METHOD"), new("SUCCESSOR"), new("MESSAGE", Flexible: true)]
            : [.. columns, new("MESSAGE", Flexible: true)]);
        foreach (RecycleReport recycle in recycles)
        {
            TextCell[] cells =
            [
                recycle.Node, recycle.Phase, recycle.PhaseSince is { } since ? TimeText.Age(since, console.Time) : null, recycle.Policy, string.Join(',', recycle.Reasons),
            ];
            string message = recycle.Message ?? "waits for its turn";
            table.Add(wide ? [.. cells, recycle.Name, recycle.RequestedBy, recycle.Method, recycle.Successor, message] : [.. cells, message]);
        }

        table.Write(console);
    }

    private static void TroublesOf(CliConsole console, IReadOnlyList<TroubleReport> troubles)
    {
        var table = new TextTable(new("NODE"), new("POLICY"), new("SINCE", RightAligned: true), new("TROUBLE", Flexible: true));
        foreach (TroubleReport trouble in troubles)
        {
            table.Add(
                trouble.Node, trouble.Policy, trouble.Since is { } since ? TimeText.Age(since, console.Time) : null,
                new TextCell(trouble.Message, trouble.Kind < TroubleKind.Conflict ? Tone.Bad : Tone.Warning));
        }

        table.Write(console);
    }

    private static TextCell Count(int count, Tone tone) => new(Number(count), count > 0 ? tone : Tone.Plain);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Local(CliConsole console, DateTimeOffset? time) => time is { } at ? TimeText.Local(at, console.Time) : null;
}
