using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Fleet;

/// <summary>Tells each step of some recycles until all have ended. Leaving it changes nothing about them.</summary>
internal sealed class RecycleFollow(IKubeApi api, CliConsole console, OutputFormat format)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly LiveScreen _screen = new(console);
    private readonly Dictionary<string, RecycleReport> _seen = [];
    private readonly HashSet<string> _told = [];
    private readonly HashSet<string> _lost = [];

    private bool IsLive => !format.IsForPrograms() && console.CanRedraw;

    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(IReadOnlyList<NodeRecycle> asked, CancellationToken cancellation)
    {
        foreach (NodeRecycle recycle in asked)
            _seen[recycle.Metadata.Name!] = RecycleReport.Of(recycle);
        try
        {
            while (Open().Length > 0)
            {
                foreach (string name in Open())
                    await LookAsync(name, cancellation);
                if (IsLive)
                    _screen.Show(Draw);
                await console.Out.FlushAsync(cancellation);
                if (Open().Length > 0)
                    await Task.Delay(Pause, console.Time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.WriteNote($"not followed any more; {Open().Length} go on: nodeguard status, or nodeguard cancel {string.Join(' ', Open())}");
            return ExitCodes.Interrupted;
        }

        return _lost.Count == 0 && _seen.Values.All(static recycle => recycle.Phase == nameof(RecyclePhase.Succeeded)) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private string[] Open() => [.. _seen.Values.Where(recycle => !recycle.IsFinal && !_lost.Contains(recycle.Name)).Select(static recycle => recycle.Name)];

    private async Task LookAsync(string name, CancellationToken cancellation)
    {
        // A server that is away for a while changes nothing about the request: it is asked again.
        switch (await api.GetAsync(ResourceTypes.NodeRecycles, new ObjectName(string.Empty, name), cancellation))
        {
            case ApiResult<NodeRecycle>.Ok { Value: var recycle }:
                RecycleReport now = RecycleReport.Of(recycle);
                string line = Line(now);
                if (format.IsForPrograms() && StructuredOutput.Line(now, FleetJson.Default.RecycleReport) != StructuredOutput.Line(_seen[name], FleetJson.Default.RecycleReport))
                    StructuredOutput.WriteStreamed(console, format, now, FleetJson.Default.RecycleReport);
                else if (!format.IsForPrograms() && !IsLive && (Line(_seen[name]) != line || !_told.Contains(name)))
                    console.WriteLine(PrintableText.Of(line));
                _told.Add(name);
                _seen[name] = now;
                break;
            case ApiResult<NodeRecycle>.Failed { Failure: { Kind: ApiFailureKind.NotFound or ApiFailureKind.Forbidden } failure }:
                console.WriteError(FleetFailure.Message(failure, writes: false));
                _lost.Add(name);
                break;
        }
    }

    private void Draw(CliConsole screen)
    {
        var table = new TextTable(new("NODE"), new("PHASE"), new("SINCE", RightAligned: true), new("MESSAGE", Flexible: true));
        foreach (RecycleReport recycle in _seen.Values.OrderBy(static recycle => recycle.IsFinal))
        {
            table.Add(
                recycle.Node, new TextCell(recycle.Phase, recycle.IsFinal ? HistoryText.Tone(recycle) : Tone.Plain),
                recycle.PhaseSince is { } since ? TimeText.Age(since, console.Time) : null, recycle.Message ?? "waits for its turn");
        }

        table.Write(screen);
    }

    private static string Line(RecycleReport recycle) => $"{recycle.Node}: {recycle.Phase}: {recycle.Message ?? "waits for its turn"}";
}
