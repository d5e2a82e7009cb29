using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>5,000 rules and 10,000 routes back, against what the kernel needs to take them from `ip -batch`.</summary>
internal static class RestoreBench
{
    private static readonly Load Large = new(5_000, 10_000);

    public static async Task<RestoreRow> RunAsync(Action<string> say)
    {
        say("5,000 rules + 10,000 routes: `ip -batch`, then a flush without NodeGuard");
        FlushResult unguarded = await new FlushRun(LabSuite.Trixie, new NoDefence(), Large).RunAsync();
        say("5,000 rules + 10,000 routes: a flush with NodeGuard, harden off");
        FlushResult guarded = await new FlushRun(LabSuite.Trixie, new NodeGuardDefence("NodeGuard", "off"), Large).RunAsync();
        return new RestoreRow
        {
            FloorMilliseconds = unguarded.Seeded.TotalMilliseconds,
            FlushMilliseconds = unguarded.Trace.DeletingMilliseconds,
            WholeMilliseconds = guarded.Trace.WholeMilliseconds,
            TailMilliseconds = guarded.Trace.TailMilliseconds,
            Deleted = guarded.Trace.DeletedCount,
            Lost = guarded.Missing.Count,
            Rules = guarded.Trace.RuleGaps,
            Routes = guarded.Trace.RouteGaps,
            ListenerOverrun = guarded.Trace.Overrun,
        };
    }

    public static Sheet SheetOf(RestoreRow row) => new(
        "5,000 rules + 10,000 routes back after a flush (systemd 257, harden off)",
        ["what", "ms", "x floor"],
        [
            ["`ip -batch` of the same (the floor, its start included)", Words.Figure(row.FloorMilliseconds), "1.0"],
            ["the flush alone, nobody restoring", Words.Figure(row.FlushMilliseconds), Words.Times(row.FlushMilliseconds / row.FloorMilliseconds)],
            ["first deletion to last return", Words.Figure(row.WholeMilliseconds), Words.Times(row.WholeMilliseconds / row.FloorMilliseconds)],
            ["last deletion to last return", Words.Figure(row.TailMilliseconds), Words.Times(row.TailMilliseconds / row.FloorMilliseconds)],
            ["rules gone (median / p99 / max)", Words.Of(row.Rules), ""],
            ["routes gone (median / p99 / max)", Words.Of(row.Routes), ""],
        ],
        [$"{Words.Of(row.Deleted)} deleted, {Words.Of(row.Lost)} lost. Goal: 1.5 x floor. Deleting and restoring overlap, so the whole includes the flush."]);
}

internal sealed record RestoreRow
{
    public required double FloorMilliseconds { get; init; }

    public required double FlushMilliseconds { get; init; }

    public required double WholeMilliseconds { get; init; }

    /// <summary>From the last deletion to the last return.</summary>
    public required double TailMilliseconds { get; init; }

    /// <summary>Deletions: more than there are objects when networkd deleted some again.</summary>
    public required int Deleted { get; init; }

    public required int Lost { get; init; }

    public required Gaps Rules { get; init; }

    public required Gaps Routes { get; init; }

    public required bool ListenerOverrun { get; init; }
}
