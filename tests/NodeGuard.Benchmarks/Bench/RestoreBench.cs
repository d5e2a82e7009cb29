using System.Diagnostics;
using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>5,000 rules and 10,000 routes back, against what the kernel needs to take them from `ip -batch`.</summary>
internal static class RestoreBench
{
    private static readonly Load Large = new(5_000, 10_000);
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromSeconds(60);

    public static async Task<RestoreRow> RunAsync(Action<string> say)
    {
        say("5,000 rules + 10,000 routes: `ip -batch`, then a flush without NodeGuard");
        FlushResult unguarded = await new FlushRun(LabSuite.Trixie, new NoDefence(), Large).RunAsync();
        say("5,000 rules + 10,000 routes: a flush with NodeGuard, harden off");
        FlushResult guarded = await new FlushRun(LabSuite.Trixie, new NodeGuardDefence("NodeGuard", "off"), Large).RunAsync();
        say("5,000 rules + 10,000 routes: a flush while no agent runs, then its start");
        Recovery recovery = await RecoverAsync();
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
            Recovery = recovery,
            ListenerOverrun = guarded.Trace.Overrun || recovery.ListenerOverrun,
        };
    }

    /// <summary>What restoring costs without a flush that goes on beside it: the whole loss is there when the agent starts.</summary>
    private static async Task<Recovery> RecoverAsync()
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Trixie, new AgentSetup { Harden = "off" });
        LabContainer container = guarded.Container;
        await ProbePath.AddLinkAsync(container);
        using FlushListener listener = await FlushListener.StartAsync(container.Leader);
        await Large.SeedAsync(container);
        NetnsSnapshot before = await guarded.LearnedAsync();
        await guarded.StopAgentAsync();
        listener.Record();
        await NetworkdRestart.RunAsync(container, listener, TimeSpan.Zero);

        long started = Stopwatch.GetTimestamp();
        await guarded.StartAgentAsync();
        while (listener.Created < listener.Deleted && Stopwatch.GetElapsedTime(started) < LongestRecovery)
        {
            await Task.Delay(100);
        }

        FlushTrace trace = listener.Stop();
        return new Recovery
        {
            ReturningMilliseconds = trace.ReturningMilliseconds,
            Deleted = trace.DeletedCount,
            Lost = before.Missing(await NetnsSnapshot.TakeAsync(container)).Count,
            ListenerOverrun = trace.Overrun,
        };
    }

    public static Sheet SheetOf(RestoreRow row) => new(
        "5,000 rules + 10,000 routes back after a flush (systemd 257, harden off)",
        ["what", "ms", "x floor"],
        [
            ["`ip -batch` of the same (the floor, its start included)", Words.Figure(row.FloorMilliseconds), "1.0"],
            ["a flush while no agent ran, and its start: first to last return", Words.Figure(row.Recovery.ReturningMilliseconds), Words.Times(row.Recovery.ReturningMilliseconds / row.FloorMilliseconds)],
            ["the flush alone, nobody restoring", Words.Figure(row.FlushMilliseconds), Words.Times(row.FlushMilliseconds / row.FloorMilliseconds)],
            ["guarded: first deletion to last return", Words.Figure(row.WholeMilliseconds), Words.Times(row.WholeMilliseconds / row.FloorMilliseconds)],
            ["guarded: last deletion to last return", Words.Figure(row.TailMilliseconds), Words.Times(row.TailMilliseconds / row.FloorMilliseconds)],
            ["guarded: rules gone (median / p99 / max)", Words.Of(row.Rules), ""],
            ["guarded: routes gone (median / p99 / max)", Words.Of(row.Routes), ""],
        ],
        [$"{Words.Of(row.Deleted)} deleted, {Words.Of(row.Lost)} lost; with no agent at first {Words.Of(row.Recovery.Deleted)} and {Words.Of(row.Recovery.Lost)}. Goal: 1.5 x floor.",
            "Guarded, deleting and restoring overlap: the whole includes networkd's own work, and each object is added while the others stand (docs/adr/0006)."]);
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

    public required Recovery Recovery { get; init; }

    public required bool ListenerOverrun { get; init; }
}

/// <summary>The agent's start after a flush that nobody answered.</summary>
internal sealed record Recovery
{
    public required double ReturningMilliseconds { get; init; }

    public required int Deleted { get; init; }

    public required int Lost { get; init; }

    public required bool ListenerOverrun { get; init; }
}
