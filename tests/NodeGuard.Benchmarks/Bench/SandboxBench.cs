using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Resources;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>
/// How many writes a second the sandbox takes with 200 watchers: its store alone, and the published program over HTTPS, which
/// shares the machine's cores with its clients here; and whether two minutes of watches leave its memory flat.
/// </summary>
internal static class SandboxBench
{
    private const int Watchers = 200;
    private const int Writers = 32;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    public static async Task<SandboxRow> RunAsync(Action<string> say)
    {
        string load = await LoadAsync();
        say($"the sandbox's store with {Watchers} watchers; load {load}");
        double store = await StoreAsync();
        say($"the sandbox over HTTPS with {Watchers} watchers");
        (double writes, double events, double processor) = await ServerAsync();
        say($"{Words.Of((int)writes)} writes/s, {Words.Of((int)processor)} a second of its processor time; now {Long.TotalMinutes} minutes of watches that are renewed every 5 s");
        (double first, double last) = await HeapAsync();
        return new SandboxRow
        {
            LoadAverage = load,
            StoreWritesPerSecond = store,
            WritesPerSecond = writes,
            EventsPerSecond = events,
            WritesPerProcessorSecond = processor,
            FirstHeapMiB = first,
            LastHeapMiB = last,
        };
    }

    public static Sheet SheetOf(SandboxRow row) => new(
        $"Sandbox with {Watchers} watchers (load average before: {row.LoadAverage})",
        ["store alone, writes/s", "HTTPS, writes/s", "HTTPS, events read/s", "writes per second of the server's processor time", "heap after warm-up, MiB", "heap after 2 min, MiB"],
        [
            [
                Words.Of((int)row.StoreWritesPerSecond), Words.Of((int)row.WritesPerSecond), Words.Of((int)row.EventsPerSecond),
                Words.Of((int)row.WritesPerProcessorSecond),
                Words.Figure(row.FirstHeapMiB), Words.Figure(row.LastHeapMiB),
            ],
        ],
        [$"Each watcher follows one namespace of {Watchers}; {Writers} writers replace objects of 0.5 KiB. The clients have the same cores; writers speak HTTP/1.1 on a connection each, watchers HTTP/2. The heap is that of a server and its clients in one process."]);

    private static async Task<double> StoreAsync()
    {
        var store = new ObjectStore();
        using var stop = new CancellationTokenSource();
        Task[] watching = [.. Enumerable.Range(0, Watchers).Select(_ => Task.Run(() => FollowAsync(store, stop.Token)))];
        StoredObject[] objects = [.. Enumerable.Range(0, 2000).Select(i => store.Create("configmaps", $"ns/{i}", New(i, 0)).Object!)];
        long end = Stopwatch.GetTimestamp() + (long)(Window.TotalSeconds * Stopwatch.Frequency);
        long start = Stopwatch.GetTimestamp();
        int round = 0;
        while (Stopwatch.GetTimestamp() < end)
        {
            int i = round++ % objects.Length;
            objects[i] = store.Update("configmaps", objects[i], New(i, round)).Object!;
        }

        double rate = round / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(watching);
        return rate;
    }

    private static async Task FollowAsync(ObjectStore store, CancellationToken cancel)
    {
        var batch = new StoreEvent[256];
        WatchCursor cursor = store.Watch("configmaps", store.Revision)!;
        while (!cancel.IsCancellationRequested)
        {
            int count = cursor.Read(batch);
            if (count < 0)
            {
                cursor = store.Watch("configmaps", store.Revision)!;
            }
            else if (count == 0)
            {
                await cursor.Changed().WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task<(double Writes, double Events, double PerProcessorSecond)> ServerAsync()
    {
        await using SandboxProcess sandbox = await SandboxProcess.StartAsync("--nodes", "0", "--workloads", "none");
        await using SandboxLoad load = await SandboxLoad.StartAsync(await sandbox.EndpointAsync(), Watchers);
        await load.WatchAsync(seconds: 600);
        load.Write(Writers);
        await Task.Delay(Warmup);
        (long written, long seen, long start) = (load.Written, load.Seen, Stopwatch.GetTimestamp());
        TimeSpan used = sandbox.ProcessorTime;
        await Task.Delay(Window);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long writes = load.Written - written;
        return (writes / seconds, (load.Seen - seen) / seconds, writes / (sandbox.ProcessorTime - used).TotalSeconds);
    }

    /// <summary>In this process, whose collector can be asked.</summary>
    private static async Task<(double First, double Last)> HeapAsync()
    {
        var cluster = new Cluster(TimeProvider.System);
        BuiltIns.AddTo(cluster);
        InitialObjects.AddTo(cluster);
        await using SandboxServer server = await SandboxServer.StartAsync(cluster);
        var endpoint = new SandboxEndpoint(new Uri(server.Address), server.AuthorityPem, server.AdminToken);
        await using SandboxLoad load = await SandboxLoad.StartAsync(endpoint, Watchers);
        await load.WatchAsync(seconds: 5);
        load.Write(Writers);

        // The rings of events are full by then.
        await Task.Delay(Warmup * 2);
        double first = Heap();
        await Task.Delay(Long);
        return (first, Heap());
    }

    private static double Heap() => GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;

    private static async Task<string> LoadAsync() =>
        (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];

    private static JsonObject New(int number, int round) => new()
    {
        ["kind"] = "ConfigMap",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = number.ToString(CultureInfo.InvariantCulture), ["namespace"] = "ns" },
        ["data"] = new JsonObject { ["round"] = round.ToString(CultureInfo.InvariantCulture) },
    };
}

internal sealed record SandboxRow
{
    /// <summary>Of the last minute, before: on a busy machine the figures say little.</summary>
    public required string LoadAverage { get; init; }

    public required double StoreWritesPerSecond { get; init; }

    public required double WritesPerSecond { get; init; }

    public required double EventsPerSecond { get; init; }

    /// <summary>What a busy machine changes least.</summary>
    public required double WritesPerProcessorSecond { get; init; }

    public required double FirstHeapMiB { get; init; }

    public required double LastHeapMiB { get; init; }
}
