using System.CommandLine;
using System.Globalization;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard routes history`: the episodes of this node.</summary>
public static class RoutesHistoryCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var id = new Argument<string?>("episode")
        {
            Description = "show only this episode, with what could not be restored",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var limit = new Option<int>("--limit") { Description = "at most this many, the newest; 0 is all", HelpName = "n" };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
                result.AddError("--limit is a count of episodes, 0 or more");
        });
        var command = new GuidedCommand(
            "history",
            "Show past flushes: when, why, what was lost and what came back.",
            [
                new("nodeguard routes history --limit 5", "the last five, newest first"),
                new("nodeguard routes history 20261121T060012Z-1", "one episode in full"),
            ],
            [
                new(ExitCodes.Ok, "shown, also when there was none"),
                new(ExitCodes.Failed, "no episode of that name"),
                .. CommonExits.OfAgentCommands,
            ])
        { id, limit, output };
        command.SetAction((parsed, cancellation) => parsed.GetValue(id) is { } episode
            ? ShowOneAsync(context, parsed, parsed.Format(output), episode, cancellation)
            : ListAsync(context, parsed, parsed.Format(output), parsed.GetValue(limit), cancellation));
        return command;
    }

    private static async Task<int> ListAsync(CliContext context, ParseResult parsed, OutputFormat format, int limit, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.EpisodesAsync(cancellation);
        if (!answer.TryGet(out var all, out var failure))
            return context.Report(failure);
        var episodes = NewestFirst(all).Take(limit == 0 ? int.MaxValue : limit).ToList();
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, episodes, ControlJsonContext.Default.ListEpisodeRecord);
        else if (episodes.Count > 0)
            WriteTable(context.Console, episodes, wide: format is OutputFormat.Wide);
        if (episodes.Count == 0)
            context.Console.WriteNote("No flush has been seen on this host.");
        return ExitCodes.Ok;
    }

    private static async Task<int> ShowOneAsync(CliContext context, ParseResult parsed, OutputFormat format, string id, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.EpisodesAsync(cancellation);
        if (!answer.TryGet(out var all, out var failure))
            return context.Report(failure);
        if (all.Find(candidate => candidate.Id == id) is not { } episode)
        {
            context.Console.WriteError($"there is no episode {id}; nodeguard routes history lists those that there are");
            return ExitCodes.Failed;
        }

        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, episode, ControlJsonContext.Default.EpisodeRecord);
        else
            EpisodeText.Write(context.Console, episode);
        return ExitCodes.Ok;
    }

    private static IEnumerable<EpisodeRecord> NewestFirst(IEnumerable<EpisodeRecord> episodes) =>
        episodes.OrderByDescending(static episode => episode.StartedAt).ThenByDescending(static episode => episode.Id, StringComparer.Ordinal);

    private static void WriteTable(CliConsole console, IReadOnlyList<EpisodeRecord> episodes, bool wide)
    {
        TextColumn[] columns =
        [
            new("EPISODE"), new("STARTED"), new("AGE", RightAligned: true), new("TOOK", RightAligned: true),
            new("LOST", RightAligned: true), new("RESTORED", RightAligned: true), new("NOT RESTORABLE", RightAligned: true),
            new("LONGEST GAP", RightAligned: true), new("CAUSE", Flexible: true),
        ];
        var table = new TextTable(wide ? [.. columns[..8], new("MEDIAN GAP", RightAligned: true), new("CONTENTION", RightAligned: true), columns[8]] : columns);
        foreach (var episode in episodes)
        {
            TextCell[] cells =
            [
                episode.Id, TimeText.Local(episode.StartedAt, console.Time), TimeText.Age(episode.StartedAt, console.Time),
                EpisodeText.Took(episode), Number(episode.Lost.Total), Restored(episode), NotRestorable(episode),
                TimeText.Milliseconds(episode.LongestGapMilliseconds), episode.Cause,
            ];
            table.Add(wide ? [.. cells[..8], TimeText.Milliseconds(episode.MedianGapMilliseconds), Number(episode.Contention), cells[8]] : cells);
        }

        table.Write(console);
    }

    private static TextCell Restored(EpisodeRecord episode) => episode.ObserveOnly
        ? new TextCell("observed", Tone.Warning)
        : new TextCell(Number(episode.Restored.Total), episode.Restored.Total < episode.Lost.Total && episode.EndedAt is not null ? Tone.Warning : Tone.Good);

    private static TextCell NotRestorable(EpisodeRecord episode) =>
        new(Number(episode.NotRestorable.Count), episode.NotRestorable.Count > 0 ? Tone.Bad : Tone.Plain);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
