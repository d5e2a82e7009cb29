using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Fleet;

/// <summary>Tells each step of some recycles until all have ended. Leaving it changes nothing about them.</summary>
internal sealed class RecycleFollow(IKubeApi api, CliConsole console)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(IReadOnlyList<NodeRecycle> asked, CancellationToken cancellation)
    {
        var told = asked.ToDictionary(static recycle => recycle.Metadata.Name!, static _ => string.Empty);
        var ended = new Dictionary<string, bool>();
        try
        {
            while (ended.Count < told.Count)
            {
                foreach (string name in told.Keys.Where(name => !ended.ContainsKey(name)).ToArray())
                    await LookAsync(name, told, ended, cancellation);
                if (ended.Count < told.Count)
                    await Task.Delay(Pause, console.Time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.WriteNote($"not followed any more; {told.Count - ended.Count} go on: kubectl get noderecycles, or nodeguard cancel NAME");
            return ExitCodes.Interrupted;
        }

        return ended.Values.All(static succeeded => succeeded) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private async Task LookAsync(string name, Dictionary<string, string> told, Dictionary<string, bool> ended, CancellationToken cancellation)
    {
        // A server that is away for a while changes nothing about the request: it is asked again.
        switch (await api.GetAsync(ResourceTypes.NodeRecycles, new ObjectName(string.Empty, name), cancellation))
        {
            case ApiResult<NodeRecycle>.Ok { Value: var recycle }:
                string phase = recycle.Status?.Phase ?? nameof(RecyclePhase.Pending);
                string line = $"{recycle.Spec?.NodeName}: {phase}{(recycle.Status?.Message is { Length: > 0 } message ? $": {message}" : ": waits for its turn")}";
                if (told[name] != line)
                    console.WriteLine(PrintableText.Of(line));
                told[name] = line;
                if (phase is nameof(RecyclePhase.Succeeded) or nameof(RecyclePhase.Failed) or nameof(RecyclePhase.Cancelled))
                    ended[name] = phase == nameof(RecyclePhase.Succeeded);
                break;
            case ApiResult<NodeRecycle>.Failed { Failure: { Kind: ApiFailureKind.NotFound or ApiFailureKind.Forbidden } failure }:
                console.WriteError(FleetFailure.Message(failure, writes: false));
                ended[name] = false;
                break;
        }
    }
}
