using System.Diagnostics;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Flushing;

/// <summary>What is being done, and what has been seen so far; read by whoever shows it.</summary>
internal sealed record FlushProgress(string Step, int Deleted = 0, int Created = 0, ProbeProgress Probes = default);

/// <summary>One real flush in a container of its own.</summary>
internal sealed record FlushRun(LabSuite Suite, Defence Defence, Load Load)
{
    /// <summary>Busy loops beside the run: two for each core.</summary>
    public bool Saturated { get; init; }

    public async Task<FlushResult> RunAsync(Action<FlushProgress>? progress = null)
    {
        progress?.Invoke(new("booting"));
        GuardedContainer? guarded = Defence.Agent is { } setup ? await GuardedContainer.StartAsync(Suite, setup) : null;
        LabContainer container = guarded?.Container ?? await LabContainer.BootAsync(Suite);
        await using IAsyncDisposable owner = guarded ?? (IAsyncDisposable)container;

        progress?.Invoke(new("adding objects"));
        await ProbePath.AddLinkAsync(container);
        await ProbePath.AddEndsAsync(container);
        using FlushListener listener = await FlushListener.StartAsync(container.Leader);
        long seeding = Stopwatch.GetTimestamp();
        await Load.SeedAsync(container);
        TimeSpan seeded = Stopwatch.GetElapsedTime(seeding);
        NetnsSnapshot before = guarded is null ? await SteadyAsync(container) : await guarded.LearnedAsync();
        await using IAsyncDisposable? running = await Defence.PrepareAsync(container, Load);
        using var probe = new PathProbe(container);
        await container.UntilAsync("probes to arrive on both paths", () => Task.FromResult(probe.Progress is { RulePath: > 100, GatewayPath: > 100 }));
        using BusyLoops? busy = Saturated ? new BusyLoops() : null;

        listener.Record();
        await NetworkdRestart.RunAsync(
            container,
            listener,
            Defence.Patience,
            () => progress?.Invoke(new("flushing", listener.Deleted, listener.Created, probe.Progress)));
        busy?.Dispose();
        ProbeResults probes = probe.Stop();
        FlushTrace trace = listener.Stop();
        List<SnapshotLine> missing = before.Missing(await NetnsSnapshot.TakeAsync(container));
        var result = new FlushResult(this, trace, probes, [.. missing.Select(line => line.ToString()!)], seeded);
        progress?.Invoke(new("done", trace.DeletedCount, trace.DeletedCount - trace.LostCount, probe.Progress));
        return result;
    }

    private static async Task<NetnsSnapshot> SteadyAsync(LabContainer container)
    {
        await container.UntilAsync(
            "the end of duplicate address detection",
            async () => (await container.IpAsync("-6", "addr", "show", "tentative")).Length == 0);
        return await NetnsSnapshot.TakeAsync(container);
    }
}

/// <param name="Missing">Lines of `ip` output that were there before the flush and are not there after it.</param>
/// <param name="Seeded">How long `ip -batch` took to add the objects, its start included.</param>
internal sealed record FlushResult(FlushRun Run, FlushTrace Trace, ProbeResults Probes, IReadOnlyList<string> Missing, TimeSpan Seeded);
