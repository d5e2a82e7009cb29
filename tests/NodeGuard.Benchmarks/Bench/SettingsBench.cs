using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Core.Routing;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>Runtime settings of the agent side by side: the figures behind docs/adr/0002-runtime-settings.md.</summary>
internal static class SettingsBench
{
    // Each flush meets an agent that was just started: what is cold in the first flush is what hurts.
    private const int FlushesEach = 4;

    private static readonly (string Name, Dictionary<string, string> Variables)[] Variants =
    [
        ("as published", []),
        ("TieredCompilation=1", new() { ["DOTNET_TieredCompilation"] = "1" }),
        ("TieredCompilation=1, PGO=1", new() { ["DOTNET_TieredCompilation"] = "1", ["DOTNET_TieredPGO"] = "1" }),
        ("gcConcurrent=1", new() { ["DOTNET_gcConcurrent"] = "1" }),
        ("GCConserveMemory=7", new() { ["DOTNET_GCConserveMemory"] = "7" }),
        ("first generation by cache", new() { ["DOTNET_GCgen0size"] = "0", ["DOTNET_GCGen0MaxBudget"] = "0" }),
        ("first generation 2 MiB", new() { ["DOTNET_GCgen0size"] = "0x200000", ["DOTNET_GCGen0MaxBudget"] = "0x200000" }),
        ("realtimePriority 0", new() { ["NODEGUARD_REALTIME_PRIORITY"] = "0" }),
    ];

    public static async Task<IReadOnlyList<SettingsRow>> RunAsync(Action<string> say)
    {
        var rows = new List<SettingsRow>();
        foreach (bool saturated in new[] { false, true })
        {
            foreach ((string name, Dictionary<string, string> variables) in Variants)
            {
                say($"{name}{(saturated ? ", all cores busy" : "")}");
                rows.Add(await MeasureAsync(name, variables, saturated));
            }
        }

        return rows;
    }

    public static Sheet SheetOf(IReadOnlyList<SettingsRow> rows) => new(
        $"Settings of the agent, {FlushesEach} first flushes of 250 rules + 250 routes each (systemd 257, harden off)",
        ["setting", "cores", "rules gone, ms (median / p99 / max)", "routes gone, ms", "longest of each flush, ms", "start, ms", "resident, MiB", "anonymous, MiB"],
        [.. rows.Select(row => new[]
        {
            row.Setting,
            row.Saturated ? "busy" : "idle",
            Words.Of(row.Rules),
            Words.Of(row.Routes),
            string.Join(' ', row.Longest.Select(longest => Words.Figure(longest))),
            Words.Figure(row.StartMilliseconds),
            Words.Figure(row.ResidentMiB),
            Words.Figure(row.AnonymousMiB),
        })],
        []);

    private static async Task<SettingsRow> MeasureAsync(string name, Dictionary<string, string> variables, bool saturated)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Trixie, new AgentSetup { Variables = variables });
        LabContainer container = guarded.Container;
        await ProbePath.AddLinkAsync(container);
        await Load.Usual.SeedAsync(container);
        using BusyLoops? busy = saturated ? new BusyLoops() : null;
        var returns = new List<(ObjectKind Kind, long Nanoseconds)>();
        var longest = new List<double>();
        var starts = new List<double>();
        for (int i = 0; i < FlushesEach; i++)
        {
            starts.Add((await AgentProcess.RestartAsync(container)).TotalMilliseconds);
            await guarded.LearnedAsync();
            await container.TryExecAsync("systemctl", "reset-failed", "systemd-networkd.service");
            using FlushListener listener = await FlushListener.StartAsync(container.Leader);
            listener.Record();
            await NetworkdRestart.RunAsync(container, listener, TimeSpan.Zero);
            FlushTrace trace = listener.Stop();
            returns.AddRange(trace.Returns);
            longest.Add(trace.AllGaps.Max ?? double.NaN);
        }

        Memory memory = await AgentProcess.MemoryAsync(container);
        starts.Sort();
        return new SettingsRow
        {
            Setting = name,
            Saturated = saturated,
            Rules = Gaps.Of(returns.Where(one => one.Kind is ObjectKind.Rule).Select(one => one.Nanoseconds)),
            Routes = Gaps.Of(returns.Where(one => one.Kind is ObjectKind.Route).Select(one => one.Nanoseconds)),
            Longest = longest,
            StartMilliseconds = starts[FlushesEach / 2],
            ResidentMiB = memory.ResidentMiB,
            AnonymousMiB = memory.AnonymousMiB,
        };
    }
}

/// <summary>Gaps in milliseconds, over all flushes of the setting.</summary>
internal sealed record SettingsRow
{
    public required string Setting { get; init; }

    public required bool Saturated { get; init; }

    public required Gaps Rules { get; init; }

    public required Gaps Routes { get; init; }

    /// <summary>Of each flush, whatever the kind.</summary>
    public required IReadOnlyList<double> Longest { get; init; }

    public required double StartMilliseconds { get; init; }

    public required double ResidentMiB { get; init; }

    public required double AnonymousMiB { get; init; }
}
