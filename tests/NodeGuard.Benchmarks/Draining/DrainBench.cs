using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Draining;

/// <summary>`nodeguard drain` beside `kubectl drain`: the same cluster, fresh for each run, and the same flags.</summary>
internal static class DrainBench
{
    private static readonly int[] Nodes = [1, 20];
    private static readonly int[] Pods = [1, 30, 110, 250];

    // What takes longer than this differs little from run to run, and the whole bench has to end.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(8);
    private const int Rounds = 3;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<DrainRow>> RunAsync(Action<string> say)
    {
        DrainTool[] tools = [new("nodeguard", Variable("NODEGUARD_BINARY")), new("kubectl", Variable("NODEGUARD_KUBECTL"))];
        var rows = new List<DrainRow>();
        foreach (bool budgets in (bool[])[false, true])
        {
            foreach (int nodes in Nodes)
            {
                foreach (int pods in Pods)
                {
                    var cluster = new DrainCluster(nodes, pods, budgets);
                    rows.Add(await MeasureAsync(cluster, tools));
                    say(Line(rows[^1]));
                }
            }
        }

        return rows;
    }

    public static Sheet SheetOf(IReadOnlyList<DrainRow> rows) => new(
        "Draining: nodeguard drain beside kubectl drain",
        ["nodes", "pods", "budgets", "nodeguard, s", "kubectl, s", "ratio", "nodeguard, calls", "kubectl, calls", "ratio", "rounds", "load average"],
        [.. rows.Select(row => new[]
        {
            Words.Of(row.Nodes), Words.Of(row.Pods), row.Budgets ? "one at a time" : "none",
            Words.Figure(row.NodeGuard.Seconds), Words.Figure(row.Kubectl.Seconds), Words.Figure(row.NodeGuard.Seconds / row.Kubectl.Seconds),
            Words.Of(row.NodeGuard.Calls), Words.Of(row.Kubectl.Calls), Words.Figure((double)row.NodeGuard.Calls / row.Kubectl.Calls),
            Words.Of(row.Rounds), row.LoadAverage,
        })],
        [
            $"Pods are those on all named nodes together, in applications of {DrainCluster.PodsOfApplication}; each takes {DrainCluster.StopAfter} to end, and its successor 0.5 s to be ready elsewhere.",
            "A budget lets one pod of its application be missing. A DaemonSet's pod stays on each node (--ignore-daemonsets).",
            "Seconds are of the whole program, medians of the rounds; the two alternate, each on a fresh sandbox, and nothing else differs.",
            "Calls are the API requests that the sandbox counted, a watch counting as one; kubectl's discovery cache is warm.",
        ]);

    private static async Task<DrainRow> MeasureAsync(DrainCluster cluster, DrainTool[] tools)
    {
        string load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
        var runs = tools.ToDictionary(tool => tool.Name, _ => new List<DrainOnce>());
        for (int round = 0; round < Rounds; round++)
        {
            foreach (DrainTool tool in round % 2 == 0 ? tools : tools.Reverse())
                runs[tool.Name].Add(await DrainAsync(cluster, tool));
            if (runs.Values.Any(done => done[^1].Took > Long))
                break;
        }

        return new DrainRow
        {
            Nodes = cluster.Nodes,
            Pods = cluster.Pods,
            Budgets = cluster.Budgets,
            Rounds = runs.Values.First().Count,
            NodeGuard = FiguresOf(runs[tools[0].Name]),
            Kubectl = FiguresOf(runs[tools[1].Name]),
            LoadAverage = load,
        };
    }

    private static async Task<DrainOnce> DrainAsync(DrainCluster cluster, DrainTool tool)
    {
        string directory = Directory.CreateTempSubdirectory("nodeguard-drain-").FullName;
        try
        {
            await using MeasuredServer server = await MeasuredServer.StartAsync(cluster.Manifest(), directory);
            IReadOnlySet<string> first = await ReadyAsync(cluster, server);
            await tool.WarmUpAsync(server.Kubeconfig, directory);
            await server.ForgetRequestsAsync();
            TimeSpan took = await tool.DrainAsync(cluster.Names, server.Kubeconfig, directory);
            IReadOnlyDictionary<string, int> calls = await server.RequestsAsync(tool.Name);
            return cluster.Wrong(first, await server.ItemsAsync("/api/v1/nodes"), await server.ItemsAsync("/api/v1/pods")) is { } wrong
                ? throw new LabException($"after {tool.Name} drain of {cluster}: {wrong}")
                : new DrainOnce(took, calls);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<IReadOnlySet<string>> ReadyAsync(DrainCluster cluster, MeasuredServer server)
    {
        using var late = new CancellationTokenSource(ReadyTimeout);
        while (!late.IsCancellationRequested)
        {
            if (cluster.Ready(await server.ItemsAsync("/api/v1/pods"), await server.ItemsAsync("/apis/policy/v1/poddisruptionbudgets")) is { } pods)
                return pods;
            await Task.Delay(100, CancellationToken.None);
        }

        throw new LabException($"the sandbox's pods are not ready after {ReadyTimeout.TotalSeconds:0} s: {cluster}");
    }

    private static DrainFigures FiguresOf(List<DrainOnce> runs) => new()
    {
        Seconds = runs.Select(run => run.Took.TotalSeconds).Order().ElementAt(runs.Count / 2),
        Calls = runs.Select(run => run.Calls.Values.Sum()).Order().ElementAt(runs.Count / 2),
        CallsByKind = runs[^1].Calls,
    };

    private static string Line(DrainRow row) =>
        $"{row.Pods} pods on {row.Nodes} nodes, {(row.Budgets ? "one at a time" : "no budgets")}: "
        + $"nodeguard {Words.Figure(row.NodeGuard.Seconds)} s, {row.NodeGuard.Calls} calls; kubectl {Words.Figure(row.Kubectl.Seconds)} s, {row.Kubectl.Calls} calls";

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new LabException($"{name} is not set: run ./build.sh bench drain");

    private sealed record DrainOnce(TimeSpan Took, IReadOnlyDictionary<string, int> Calls);
}
