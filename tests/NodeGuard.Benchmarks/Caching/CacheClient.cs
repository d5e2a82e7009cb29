using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Benchmarks.Caching;

/// <summary>The client under test, alone in its process: caches of nodes and pods as the controller holds them.</summary>
internal static class CacheClient
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly CacheIndex<KeptPod> ByNode = new("node", pod => pod.Node);

    /// <summary>Prints its figures as JSON.</summary>
    public static async Task<int> RunAsync(Uri server, TimeSpan window)
    {
        var connection = new ClusterConnection { Server = server, Origin = "the bench", Credentials = FixedCredentials.Anonymous };
        using var client = new KubeClient(connection, KubeClientOptions.For("bench"), TimeProvider.System);
        using var metrics = new CacheMetrics();
        using var stop = new CancellationTokenSource();
        var lags = new Lags();
        var pods = new ResourceCache<Pod, KeptPod>(client, ResourceTypes.Pods, PodOptions(lags), metrics, TimeProvider.System, NullLogger.Instance);
        var nodes = new ResourceCache<Node, KeptNode>(client, ResourceTypes.Nodes, NodeOptions(), metrics, TimeProvider.System, NullLogger.Instance);
        long start = Stopwatch.GetTimestamp();
        Task[] running = [Task.Run(() => pods.RunAsync(stop.Token)), Task.Run(() => nodes.RunAsync(stop.Token))];
        await Task.WhenAll(pods.WaitForSyncAsync(stop.Token), nodes.WaitForSyncAsync(stop.Token));
        TimeSpan sync = Stopwatch.GetElapsedTime(start);
        await Task.Delay(WarmUp);
        using var self = Process.GetCurrentProcess();
        lags.Clear();
        TimeSpan cpu = self.TotalProcessorTime;
        long began = Stopwatch.GetTimestamp();
        await Task.Delay(window);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        self.Refresh();
        CacheRow row = Row(lags, sync, (self.TotalProcessorTime - cpu).TotalSeconds / seconds, seconds) with
        {
            Objects = pods.Current!.Count + nodes.Current!.Count,
            PodsOfOneNode = pods.Current!.With(ByNode, "node-00007").Count(),
        };
        Console.WriteLine(JsonSerializer.Serialize(row, CacheJson.Default.CacheRow));
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        return 0;
    }

    private static CacheRow Row(Lags lags, TimeSpan sync, double load, double seconds)
    {
        double[] sorted = lags.Sorted();
        return new CacheRow
        {
            SyncSeconds = sync.TotalSeconds,
            ResidentMiB = StatusMiB("VmRSS:"),
            PeakMiB = StatusMiB("VmHWM:"),
            HeapMiB = GC.GetTotalMemory(forceFullCollection: false) / 1048576.0,
            Load = load,
            ChangesPerSecond = sorted.Length / seconds,
            LagMedian = At(sorted, 0.5),
            LagP99 = At(sorted, 0.99),
            LagMax = At(sorted, 1),
            LoadAverage = File.ReadAllText("/proc/loadavg").Split(' ')[0],
        };
    }

    private static double At(double[] sorted, double part) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];

    private static double StatusMiB(string field) => double.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture) / 1024;

    private static CacheOptions<Pod, KeptPod> PodOptions(Lags lags) => new()
    {
        Transform = Keep,
        Indexes = [ByNode],
        Changed = change =>
        {
            if (change.After is { Sent: > 0 and var sent })
                lags.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        },
    };

    private static CacheOptions<Node, KeptNode> NodeOptions() => new()
    {
        Transform = (node, pool) => new KeptNode(
            node.Metadata.Name!, node.Metadata.Uid!, node.Spec?.Unschedulable ?? false,
            node.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") ?? false,
            node.Metadata.Labels?.ToDictionary(l => pool.Share(l.Key), l => pool.Share(l.Value))),
    };

    private static KeptPod Keep(Pod pod, StringPool pool)
    {
        OwnerReference? owner = pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);
        return new KeptPod(
            pod.Metadata.Name!,
            pool.Share(pod.Metadata.Namespace!),
            pod.Metadata.Uid!,
            pool.ShareOrNull(pod.Spec?.NodeName),
            pool.ShareOrNull(pod.Status?.Phase),
            pod.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") ?? false,
            pool.ShareOrNull(owner?.Kind),
            pool.ShareOrNull(owner?.Name),
            pod.Metadata.DeletionTimestamp,
            pod.Metadata.Annotations?.GetValueOrDefault(ClusterText.SentAnnotation) is { } sent ? long.Parse(sent, CultureInfo.InvariantCulture) : 0);
    }

    private sealed record KeptPod(
        string Name, string Namespace, string Uid, string? Node, string? Phase, bool Ready, string? OwnerKind, string? Owner, DateTimeOffset? Deleted, long Sent);

    private sealed record KeptNode(string Name, string Uid, bool Unschedulable, bool Ready, Dictionary<string, string>? Labels);

    /// <summary>Written by the cache's loop, read at the end.</summary>
    private sealed class Lags
    {
        private readonly Lock _lock = new();
        private readonly List<double> _all = new(100_000);

        public void Add(double milliseconds)
        {
            lock (_lock)
                _all.Add(milliseconds);
        }

        public void Clear()
        {
            lock (_lock)
                _all.Clear();
        }

        public double[] Sorted()
        {
            lock (_lock)
                return [.. _all.Order()];
        }
    }
}
