using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>The agent as it comes, with nothing to do.</summary>
internal static class RestBench
{
    private const int Starts = 5;
    private const double Megabyte = 1e6;
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(60);

    public static async Task<RestRow> RunAsync(Action<string> say)
    {
        var setup = new AgentSetup { Harden = "runtime" };
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Trixie, setup);
        LabContainer container = guarded.Container;
        await ProbePath.AddLinkAsync(container);
        await Load.Usual.SeedAsync(container);
        await guarded.LearnedAsync();
        say($"starting the agent {Starts} times");
        var starts = new List<double>();
        for (int i = 0; i < Starts; i++)
        {
            starts.Add((await AgentProcess.RestartAsync(container)).TotalMilliseconds);
        }

        await guarded.LearnedAsync();
        say($"watching the agent for {Watched.TotalSeconds:0} s, in which it looks at packages and files for the first time");
        double settling = await AgentProcess.LoadOverAsync(container, Watched);
        say($"watching the agent at rest for {Watched.TotalSeconds:0} s");
        double load = await AgentProcess.LoadOverAsync(container, Watched);
        Memory memory = await AgentProcess.MemoryAsync(container);
        starts.Sort();
        return new RestRow
        {
            ResidentMegabytes = memory.ResidentBytes / Megabyte,
            AnonymousMegabytes = memory.AnonymousBytes / Megabyte,
            Settling = settling,
            Load = load,
            MedianStartMilliseconds = starts[Starts / 2],
            LongestStartMilliseconds = starts[^1],
        };
    }

    public static Sheet SheetOf(RestRow row) => new(
        "The agent at rest (systemd 257, 250 rules + 250 routes, as it comes)",
        ["what", "measured", "goal", "x goal"],
        [
            Line("resident, MB", row.ResidentMegabytes, 60),
            Line("anonymous, MB", row.AnonymousMegabytes, 15),
            ["of a core over the first 60 s, %", Words.Figure(row.Settling * 100), "-", "-"],
            Line("of a core over the next 60 s, %", row.Load * 100, 0.1),
            Line("exec to guarding, ms, median", row.MedianStartMilliseconds, 300),
            Line("exec to guarding, ms, longest", row.LongestStartMilliseconds, 300),
        ],
        ["A MB is 10^6 bytes. Processor time is counted in ticks of 10 ms, which is 0.017 % of 60 s."]);

    private static string[] Line(string what, double value, double goal) =>
        [what, Words.Figure(value), Words.Figure(goal), Words.Times(value / goal)];
}

internal sealed record RestRow
{
    /// <summary>Of 10^6 bytes, as the goal has them.</summary>
    public required double ResidentMegabytes { get; init; }

    public required double AnonymousMegabytes { get; init; }

    /// <summary>Of one core, while it looks at all for the first time.</summary>
    public required double Settling { get; init; }

    /// <summary>Of one core, with nothing to do.</summary>
    public required double Load { get; init; }

    public required double MedianStartMilliseconds { get; init; }

    public required double LongestStartMilliseconds { get; init; }
}
