using System.Diagnostics;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Api.Tests.Kubectl;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>Runs cases with both programs on one server, several at a time, each in set-ups of its own.</summary>
internal sealed class SideBySide(ClusterFixture cluster) : IAsyncDisposable
{
    // Most of a case's time is waited, not worked.
    private const int Parallel = 12;

    private readonly SemaphoreSlim _places = new(Parallel);
    private readonly List<Task> _clearing = [];
    private WireServer? _wire;
    private StageKubelet? _kubelet;

    public async Task StartAsync()
    {
        _kubelet = new StageKubelet(cluster.Api);
        _wire = await WireServer.StartAsync(cluster.Api);
    }

    public async Task<(Ran Kubectl, Ran NodeGuard)> RunAsync(DrainCase drainCase)
    {
        Task<Ran> kubectl = RunAsync(drainCase, static async (kubeconfig, arguments) =>
        {
            KubectlRun run = await new KubectlRunner(kubeconfig).RunAsync(arguments);
            return (Outcome.OfKubectl(run.ExitCode), run.Output + run.Errors);
        }, drainCase.Flags);
        Task<Ran> nodeguard = RunAsync(drainCase, static async (kubeconfig, arguments) =>
        {
            (int exitCode, string output) = await NodeGuardRunner.RunAsync(kubeconfig, arguments);
            return (Outcome.OfNodeGuard(exitCode), output);
        }, $"{drainCase.Flags} {drainCase.OwnFlags}");
        return (await kubectl, await nodeguard);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_clearing);
        if (_kubelet is not null)
            await _kubelet.DisposeAsync();
        if (_wire is not null)
            await _wire.DisposeAsync();
        _places.Dispose();
    }

    private async Task<Ran> RunAsync(DrainCase drainCase, Func<string, string[], Task<(string Word, string Output)>> program, string flags)
    {
        await _places.WaitAsync();
        string id = Guid.NewGuid().ToString("N")[..8];
        Wire wire = _wire!.Open(id, cluster.Scratch);
        var stage = new Stage(cluster, wire, id);
        try
        {
            drainCase.Setup(stage);
            await stage.BuildAsync();
            long start = Stopwatch.GetTimestamp();
            (string word, string output) = await program(wire.Kubeconfig, Arguments(drainCase, stage, flags));
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            return new Ran($"{word}: {await stage.ReadAsync()}", output, wire, took);
        }
        finally
        {
            _places.Release();
            lock (_clearing)
                _clearing.Add(stage.ClearAsync());
        }
    }

    private static string[] Arguments(DrainCase drainCase, Stage stage, string flags)
    {
        IEnumerable<string> nodes = drainCase.Nodes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(node =>
            node.StartsWith("node/", StringComparison.Ordinal) ? "node/" + stage.NodeName(node[5..]) : stage.NodeName(node));
        string[] given = [.. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(f => f.Replace("{stage}", stage.Id, StringComparison.Ordinal).Replace('+', ' '))];
        // No case may hang, whatever it finds.
        string[] limit = given.Any(f => f.StartsWith("--timeout", StringComparison.Ordinal)) ? [] : ["--timeout=45s"];
        return ["drain", .. nodes, .. given, .. limit];
    }
}
