using System.Globalization;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Commands;

/// <summary>One episode in full.</summary>
internal static class EpisodeText
{
    public static string Took(EpisodeRecord episode) =>
        episode.EndedAt is { } ended ? TimeText.Duration(ended - episode.StartedAt) : "running";

    public static void Write(CliConsole console, EpisodeRecord episode)
    {
        var fields = new FieldList();
        fields.Add("Episode", episode.Id);
        fields.Add("Cause", episode.Cause);
        fields.Add("Started", $"{TimeText.LocalWithMilliseconds(episode.StartedAt, console.Time)} ({TimeText.Age(episode.StartedAt, console.Time)} ago)");
        fields.Add("Took", Took(episode));
        fields.Add("Longest gap", TimeText.Milliseconds(episode.LongestGapMilliseconds));
        fields.Add("Median gap", TimeText.Milliseconds(episode.MedianGapMilliseconds));
        fields.Add("Deleted again", episode.Contention.ToString(CultureInfo.InvariantCulture));
        if (episode.ObserveOnly)
            fields.Add("Mode", new TextCell("observe: nothing was restored on purpose", Tone.Warning));
        fields.Write(console);
        console.Out.WriteLine();
        WriteCounts(console, episode);
        if (episode.NotRestorable.Count == 0)
            return;
        console.Out.WriteLine();
        var refused = new TextTable(new TextColumn("NOT RESTORABLE", Flexible: true), new TextColumn("REASON", Flexible: true));
        foreach (var (item, reason) in episode.NotRestorable)
            refused.Add(item, reason);
        refused.Write(console);
    }

    public static void WriteCounts(CliConsole console, EpisodeRecord episode)
    {
        var table = new TextTable(new TextColumn("KIND"), new TextColumn("LOST", RightAligned: true), new TextColumn("RESTORED", RightAligned: true));
        foreach (var (kind, lost, restored) in new[]
        {
            ("address", episode.Lost.Addresses, episode.Restored.Addresses),
            ("nexthop", episode.Lost.Nexthops, episode.Restored.Nexthops),
            ("route", episode.Lost.Routes, episode.Restored.Routes),
            ("rule", episode.Lost.Rules, episode.Restored.Rules),
        })
        {
            table.Add(
                kind,
                lost.ToString(CultureInfo.InvariantCulture),
                new TextCell(restored.ToString(CultureInfo.InvariantCulture), restored < lost ? Tone.Warning : Tone.Good));
        }

        table.Write(console);
    }
}
