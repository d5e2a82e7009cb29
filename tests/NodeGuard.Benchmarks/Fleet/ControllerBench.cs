using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Fleet;

/// <summary>
/// What the published controller needs for 5,000 nodes while nothing happens but heartbeats, and how many calls a recycle costs.
/// </summary>
internal static class ControllerBench
{
    private const int Nodes = 5_000;
    private const int Recycles = 20;
    private const string Program = "nodeguard";
    private const string Api = "/apis/nodeguard.io/v1alpha1";
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public static async Task<ControllerRow> RunAsync(Action<string> say)
    {
        string load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
        say($"{Words.Of(Nodes)} nodes with agents; load {load}");
        await using MeasuredServer server = await MeasuredServer.StartAsync(
            "--nodes", "0", "--workloads", "none", "--pool", $"name=workers,count={Nodes},agents=true,boot=2s,ready=1s,stop=1s,birth=spread:24h");
        await InstallAsync(server);
        using Process controller = Start("controller", "--kubeconfig", server.Kubeconfig, "--namespace", "default");
        try
        {
            say("until each node has its GuardedNode");
            await UntilAsync(async () => (await server.ItemsAsync($"{Api}/guardednodes")).Count(static guarded => guarded?["status"]?["heartbeat"] is not null) >= Nodes);
            await Task.Delay(Settling);
            say($"{Rest.TotalMinutes:0} minutes in which nothing happens");
            ControllerRow rest = await RestAsync(server, controller, load);
            say($"{Recycles} recycles");
            double calls = await RecyclesAsync(server, rest.CallsPerHour);
            return rest with { CallsPerRecycle = calls, MostMiB = Status(controller, "VmHWM:") };
        }
        finally
        {
            controller.Kill();
        }
    }

    public static Sheet SheetOf(ControllerRow row) => new(
        $"The controller with {Words.Of(row.Nodes)} nodes and their agents (load average before: {row.LoadAverage})",
        ["resident at rest, MiB", "most, MiB", "of a core at rest, %", "calls an hour at rest", "of them for its lease", "calls a recycle"],
        [[
            Words.Figure(row.RestMiB), Words.Figure(row.MostMiB), Words.Figure(row.PercentOfCore), Words.Of((int)row.CallsPerHour),
            Words.Of((int)row.LeaseCallsPerHour), Words.Figure(row.CallsPerRecycle),
        ]],
        ["Goals: 300 MiB, 5 %. At rest each kubelet renews its lease every 10 s, and each agent writes every 5 min. The nodes of the recycles have no pods; method DeleteNode."]);

    private static async Task InstallAsync(MeasuredServer server)
    {
        using Process install = Start("install", "crds", "--kubeconfig", server.Kubeconfig);
        await install.WaitForExitAsync();
        if (install.ExitCode != 0)
            throw new LabException($"{Program} install crds ended with {install.ExitCode}");
        await UntilAsync(async () =>
        {
            try
            {
                await server.PostAsync($"{Api}/nodepolicies", new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = "workers" },
                    ["spec"] = new JsonObject
                    {
                        ["nodeSelector"] = new JsonObject(),
                        ["maxAge"] = "720h",
                        ["health"] = new JsonObject { ["minReady"] = "5s" },
                    },
                });
                return true;
            }
            catch (LabException)
            {
                // Not served yet.
                return false;
            }
        });
    }

    private static async Task<ControllerRow> RestAsync(MeasuredServer server, Process controller, string load)
    {
        await server.ForgetRequestsAsync();
        controller.Refresh();
        TimeSpan spent = controller.TotalProcessorTime;
        long from = Stopwatch.GetTimestamp();
        await Task.Delay(Rest);
        controller.Refresh();
        TimeSpan took = Stopwatch.GetElapsedTime(from);
        IReadOnlyDictionary<string, int> calls = await server.RequestsAsync(Program);
        return new ControllerRow
        {
            LoadAverage = load,
            Nodes = Nodes,
            RestMiB = Status(controller, "VmRSS:"),
            PercentOfCore = (controller.TotalProcessorTime - spent) / took * 100,
            CallsPerHour = calls.Values.Sum() / took.TotalHours,
            LeaseCallsPerHour = calls.Where(static call => call.Key.EndsWith(" leases", StringComparison.Ordinal)).Sum(static call => call.Value) / took.TotalHours,
        };
    }

    private static async Task<double> RecyclesAsync(MeasuredServer server, double idle)
    {
        string[] nodes = [.. (await server.ItemsAsync("/api/v1/nodes?limit=20")).Select(static node => (string)node!["metadata"]!["name"]!)];
        await server.ForgetRequestsAsync();
        long from = Stopwatch.GetTimestamp();
        foreach (string node in nodes)
        {
            await server.PostAsync($"{Api}/noderecycles", new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "bench-" + node },
                ["spec"] = new JsonObject { ["nodeName"] = node, ["reasons"] = new JsonArray(nameof(RecycleReason.Manual)) },
            });
        }

        await UntilAsync(async () => (await server.ItemsAsync($"{Api}/noderecycles")).Count(static recycle => (string?)recycle?["status"]?["phase"] == nameof(RecyclePhase.Succeeded)) == Recycles);
        int all = (await server.RequestsAsync(Program)).Values.Sum();
        return (all - (idle * Stopwatch.GetElapsedTime(from).TotalHours)) / Recycles;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        long from = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(from) > Patience)
                throw new LabException($"the fleet has not come as far as it should within {Patience.TotalMinutes:0} min");
            await Task.Delay(TimeSpan.FromSeconds(2));
        }
    }

    private static Process Start(params string[] arguments)
    {
        Process process = PublishedProgram.Start(arguments);
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static double Status(Process process, string key) => File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/status"))
        .Where(line => line.StartsWith(key, StringComparison.Ordinal))
        .Select(static line => double.Parse(line.Split(':', 2)[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / 1024)
        .First();
}

internal sealed record ControllerRow
{
    /// <summary>Of the last minute, before.</summary>
    public required string LoadAverage { get; init; }

    public required int Nodes { get; init; }

    public required double RestMiB { get; init; }

    /// <summary>VmHWM, after the recycles.</summary>
    public double MostMiB { get; init; }

    public required double PercentOfCore { get; init; }

    public required double CallsPerHour { get; init; }

    public required double LeaseCallsPerHour { get; init; }

    public double CallsPerRecycle { get; init; }
}
