using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeGuard.Benchmarks.Output;

namespace NodeGuard.Benchmarks.Caching;

/// <summary>What it costs to hold a large cluster in memory and to follow it.</summary>
internal static class CacheBench
{
    /// <summary>The first argument of the two processes that this one starts.</summary>
    public const string ServerRole = "cache-server";

    public const string ClientRole = "cache-client";

    private const int ChangesPerSecond = 1_000;
    private const int Seconds = 30;

    public static async Task<CacheRow> RunAsync(Action<string> say)
    {
        say($"{Words.Of(ClusterText.Nodes)} nodes and {Words.Of(ClusterText.Pods)} pods in a watch cache");
        using Process server = Start(ServerRole, ChangesPerSecond.ToString(CultureInfo.InvariantCulture));
        try
        {
            string address = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the bench's server did not start");
            using Process client = Start(ClientRole, address, Seconds.ToString(CultureInfo.InvariantCulture));
            string figures = await client.StandardOutput.ReadToEndAsync();
            await client.WaitForExitAsync();
            return JsonSerializer.Deserialize(figures, CacheJson.Default.CacheRow) ?? throw new InvalidOperationException("the bench's client gave no figures");
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }

    /// <summary>What the started processes do.</summary>
    public static Task<int> RunRoleAsync(string role, string[] arguments) => role == ServerRole
        ? CacheServer.RunAsync(int.Parse(arguments[0], CultureInfo.InvariantCulture))
        : CacheClient.RunAsync(new Uri(arguments[0]), TimeSpan.FromSeconds(int.Parse(arguments[1], CultureInfo.InvariantCulture)));

    public static Sheet SheetOf(CacheRow row) => new(
        $"Watch cache of {Words.Of(ClusterText.Nodes)} nodes and {Words.Of(ClusterText.Pods)} pods (client alone; watch-list over loopback, no TLS)",
        ["objects", "sync, s", "resident, MiB", "peak, MiB", "heap, MiB", "changes/s", "of a core, %", "lag p50 / p99 / max, ms", "load average"],
        [[
            Words.Of(row.Objects), Words.Figure(row.SyncSeconds), Words.Figure(row.ResidentMiB), Words.Figure(row.PeakMiB), Words.Figure(row.HeapMiB),
            Words.Of((int)row.ChangesPerSecond), Words.Figure(row.Load * 100),
            $"{Words.Figure(row.LagMedian)} / {Words.Figure(row.LagP99)} / {Words.Figure(row.LagMax)}", row.LoadAverage,
        ]],
        ["Lag: from the server's write to a state that readers see. The load average is the machine's: another's work is in these figures."]);

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Started as "dotnet NodeGuard.Benchmarks.dll", or as a program of its own.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(CacheBench).Assembly.Location);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("the bench's own program does not start");
    }
}

internal sealed record CacheRow
{
    public int Objects { get; init; }

    public int PodsOfOneNode { get; init; }

    public required double SyncSeconds { get; init; }

    public required double ResidentMiB { get; init; }

    /// <summary>Of the whole run, the sync included.</summary>
    public required double PeakMiB { get; init; }

    public required double HeapMiB { get; init; }

    /// <summary>Of one core, under the changes.</summary>
    public required double Load { get; init; }

    public required double ChangesPerSecond { get; init; }

    /// <summary>Milliseconds, as all lags.</summary>
    public required double LagMedian { get; init; }

    public required double LagP99 { get; init; }

    public required double LagMax { get; init; }

    public required string LoadAverage { get; init; }
}

[JsonSerializable(typeof(CacheRow))]
internal sealed partial class CacheJson : JsonSerializerContext;
