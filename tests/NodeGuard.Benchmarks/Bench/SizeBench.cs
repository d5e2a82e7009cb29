using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>What guarding many routes costs, at sizes that show whether it grows linearly.</summary>
internal static class SizeBench
{
    private static readonly int[] Sizes = [25_000, 50_000, 100_000];
    private static readonly TimeSpan ChurnTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LearningTimeout = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<SizeRow>> RunAsync(Action<string> say)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Trixie, new AgentSetup { Harden = "off" });
        var rows = new List<SizeRow>();
        int there = 0;
        foreach (int size in Sizes)
        {
            say($"{Words.Of(size)} foreign routes guarded");
            await guarded.Container.IpBatchAsync("-4", Enumerable.Range(there, size - there).Select(RouteCommand));
            there = size;
            rows.Add(await MeasureAsync(guarded, size));
        }

        return rows;
    }

    public static Sheet SheetOf(IReadOnlyList<SizeRow> rows) => new(
        "Foreign routes guarded (systemd 257, harden off)",
        ["routes", "resident, MiB", "anonymous, MiB", "anonymous per route, bytes", "exec to guarding, ms", "changes/s", "of a core, %", "us per change"],
        [.. rows.Select(row => new[]
        {
            Words.Of(row.Routes),
            Words.Figure(row.ResidentMiB),
            Words.Figure(row.AnonymousMiB),
            Words.Of((int)(row.AnonymousMiB * 1024 * 1024 / row.Routes)),
            Words.Figure(row.StartMilliseconds),
            Words.Of((int)row.ChangesPerSecond),
            Words.Figure(row.ChurnLoad * 100),
            Words.Figure(row.ChurnLoad * 1e6 / row.ChangesPerSecond),
        })],
        [$"{Words.Of(rows[^1].Routes / rows[0].Routes)} x the routes: {Words.Times(rows[^1].AnonymousMiB / rows[0].AnonymousMiB)} x the anonymous memory, {Words.Times(rows[^1].StartMilliseconds / rows[0].StartMilliseconds)} x the start time, {Words.Times(rows[^1].ChurnLoad / rows[0].ChurnLoad)} x the work for a change."]);

    private static async Task<SizeRow> MeasureAsync(GuardedContainer guarded, int size)
    {
        LabContainer container = guarded.Container;
        await LearnedAsync(guarded);
        TimeSpan start = await AgentProcess.RestartAsync(container);
        await LearnedAsync(guarded);
        using var churn = new RouteChurn(container);
        await container.UntilAsync("the churn", () => Task.FromResult(churn.Changes > 2_000));
        int changes = churn.Changes;
        double load = await AgentProcess.LoadOverAsync(container, ChurnTime);
        double rate = (churn.Changes - changes) / ChurnTime.TotalSeconds;
        Memory memory = await AgentProcess.MemoryAsync(container);
        return new SizeRow
        {
            Routes = size,
            ResidentMiB = memory.ResidentMiB,
            AnonymousMiB = memory.AnonymousMiB,
            StartMilliseconds = start.TotalMilliseconds,
            ChangesPerSecond = rate,
            ChurnLoad = load,
        };
    }

    private static Task LearnedAsync(GuardedContainer guarded) => guarded.Container.UntilAsync(
        "a ledger that equals the kernel", async () => (await guarded.TryCliAsync("routes", "diff")).ExitCode == 0, LearningTimeout);

    private static string RouteCommand(int i) =>
        $"route add 10.{100 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}/32 via 10.77.0.1 dev host0 table {1000 + (i % 16)}";
}

internal sealed record SizeRow
{
    public required int Routes { get; init; }

    public required double ResidentMiB { get; init; }

    public required double AnonymousMiB { get; init; }

    public required double StartMilliseconds { get; init; }

    public required double ChangesPerSecond { get; init; }

    /// <summary>Of one core, under those changes.</summary>
    public required double ChurnLoad { get; init; }
}
