using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>One object as `ip -d` prints it, with its running timers taken out of the text.</summary>
/// <param name="Seconds">When its timers end, in seconds of this process's clock; 0 for one that has ended.</param>
public sealed partial record SnapshotLine(string Section, string Text, IReadOnlyList<int> Seconds)
{
    private static readonly long s_started = Stopwatch.GetTimestamp();

    // A guard may hand back only the time that was left when the object was last seen.
    private const int TimerToleranceSeconds = 60;

    public static SnapshotLine Parse(string section, string line)
    {
        var seconds = new List<int>();
        string text = Timer().Replace(line, match =>
        {
            int left = int.Parse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture);
            // By the clock of this process, so that snapshots of different times can be compared; 0 is over, and stays so.
            seconds.Add(left == 0 ? 0 : left + (int)Stopwatch.GetElapsedTime(s_started).TotalSeconds);
            return $"{match.Groups["timer"].Value} TIMER";
        });
        // Set while duplicate address detection runs, so it depends on when one looks.
        text = text.Replace(" tentative", "", StringComparison.Ordinal).Replace("\\", " ", StringComparison.Ordinal);
        return new SnapshotLine(section, Blanks().Replace(text, " ").Trim(), seconds);
    }

    public bool Matches(SnapshotLine other) =>
        Section == other.Section && Text == other.Text && Seconds.Count == other.Seconds.Count
        && Seconds.Zip(other.Seconds).All(pair => Math.Abs(pair.First - pair.Second) <= TimerToleranceSeconds);

    public override string ToString() => $"{Section}: {Text}{string.Concat(Seconds.Select(s => $" [{s} s]"))}";

    [GeneratedRegex(@"(?<timer>expires|valid_lft|preferred_lft) (?<seconds>\d+)sec")]
    private static partial Regex Timer();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
