using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>`nodeguard drain NODE...`: cordon, then evict what is on the nodes.</summary>
internal sealed class DrainCommand
{
    private readonly CliContext _context;
    private readonly ClusterOptions _cluster = new();
    private readonly NodeArguments _nodes = new(required: true);
    private readonly DrainFlags _flags = new();
    private readonly Option<bool> _preflight = new("--preflight") { Description = "touch nothing; tell what would stop the drain, and whom to ask" };
    private readonly Option<string> _output = OutputOption.Create();

    private DrainCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context) => new DrainCommand(context).Build();

    private GuidedCommand Build()
    {
        var command = new GuidedCommand(
            "drain",
            "Cordon nodes and evict their pods within disruption budgets, several nodes at a time.",
            [
                new("nodeguard drain worker-1 --preflight", "what would stop it, and whom to ask"),
                new("nodeguard drain worker-1 --ignore-daemonsets --delete-emptydir-data", "as with kubectl, but pods that are bound meanwhile go too, and a failed drain leaves the node as found"),
                new("nodeguard drain -l pool=old --max-parallel 3 --timeout 30m --ignore-daemonsets", "a whole pool, three nodes at a time"),
                new("nodeguard drain worker-1 --ignore-daemonsets -o json | jq -c 'select(.event == \"blocked\")'", "one JSON object a line"),
            ],
            [
                new(ExitCodes.Ok, "drained (with --preflight: nothing would stop it)"),
                new(ExitCodes.Failed, "failed, or the cluster could not be asked (with --preflight: something would stop it)"),
                CommonExits.Usage,
                new(ExitCodes.Blocked, "blocked by a budget, a webhook or an annotation until the timeout"),
                new(ExitCodes.Interrupted, "interrupted; what was done is told"),
            ]);
        _nodes.AddTo(command);
        _flags.AddTo(command);
        command.Options.Add(_preflight);
        command.Options.Add(_output);
        _cluster.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (!_context.TryReach(_cluster.Read(parsed), out var access))
            return ExitCodes.Failed;
        var (nodes, failure) = await _nodes.ResolveAsync(access.Api, parsed, cancellation);
        if (failure is not null)
        {
            _context.Console.WriteError(failure);
            return ExitCodes.Failed;
        }

        var options = _flags.Read(parsed);
        return parsed.GetValue(_preflight)
            ? await PreflightRun.OfDrainAsync(_context.Console, access.Api, [.. nodes.Select(static node => node.Metadata.Name!)], options, parsed.Format(_output), cancellation)
            : await DrainAsync(access, nodes, options, parsed.Format(_output), cancellation);
    }

    private async Task<int> DrainAsync(
        ClusterAnswer.Access access, IReadOnlyList<Node> nodes, DrainOptions options, OutputFormat format, CancellationToken cancellation)
    {
        var view = DrainViews.For(_context.Console, format);
        var results = new List<NodeDrainResult>();
        // Cancelled nodes still tell the state that they are left in, so the stream is read to its end.
        await foreach (var drainEvent in access.Drain.DrainAsync(nodes, options, cancellation).WithCancellation(CancellationToken.None))
        {
            view.Show(drainEvent);
            if (drainEvent is DrainEvent.Finished finished)
                results.Add(finished.Result);
        }

        view.End(results);
        return ExitCode(results, nodes.Count);
    }

    private static int ExitCode(List<NodeDrainResult> results, int nodes)
    {
        if (results.Any(static result => result.Outcome is DrainOutcome.Cancelled))
            return ExitCodes.Interrupted;
        if (results.Count < nodes || results.Any(static result => result.Outcome is DrainOutcome.Failed))
            return ExitCodes.Failed;
        return results.Any(static result => result.Outcome is DrainOutcome.BlockedUntilTimeout) ? ExitCodes.Blocked : ExitCodes.Ok;
    }
}
