using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Draining;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>`nodeguard cordon` and `nodeguard uncordon`.</summary>
internal sealed class CordonCommands
{
    // Not a drain's id: a node that a person cordoned is uncordoned by a person.
    private const string Admin = "admin";

    private readonly CliContext _context;
    private readonly bool _cordon;
    private readonly ClusterOptions _cluster = new();
    private readonly NodeArguments _nodes = new(required: true);
    private readonly DryRunOption _dryRun = new();

    private CordonCommands(CliContext context, bool cordon)
    {
        _context = context;
        _cordon = cordon;
    }

    public static Command Cordon(CliContext context) => new CordonCommands(context, cordon: true).Build(
        "cordon", "Keep new pods off nodes; what runs there stays. No drain takes this cordon back.",
        [new("nodeguard cordon worker-1", "one node"), new("nodeguard cordon -l pool=old --dry-run=server", "would it be allowed?")]);

    public static Command Uncordon(CliContext context) => new CordonCommands(context, cordon: false).Build(
        "uncordon", "Let nodes take new pods again, whoever cordoned them.",
        [new("nodeguard uncordon worker-1", "one node"), new("nodeguard uncordon -l pool=old", "all nodes with a label")]);

    private GuidedCommand Build(string name, string description, IReadOnlyList<Example> examples)
    {
        var command = new GuidedCommand(
            name, description, examples,
            [
                new(ExitCodes.Ok, "done, or already so"),
                new(ExitCodes.Failed, "not done on every node, or the cluster could not be asked"),
                CommonExits.Usage,
                new(ExitCodes.Interrupted, "interrupted"),
            ]);
        _nodes.AddTo(command);
        command.Options.Add(_dryRun.Option);
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

        var dryRun = _dryRun.Read(parsed);
        var failed = false;
        foreach (var node in nodes)
            failed |= !await RunAsync(access.Drain, node.Metadata.Name!, dryRun, cancellation);
        return failed ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private async Task<bool> RunAsync(INodeDrain drain, string node, DrainDryRun dryRun, CancellationToken cancellation)
    {
        var done = _cordon ? "cordoned" : "uncordoned";
        if (dryRun is DrainDryRun.Client)
        {
            _context.Console.WriteLine($"{node}: would be {done} (dry run)");
            return true;
        }

        var onServer = dryRun is DrainDryRun.Server;
        var answer = _cordon ? await drain.CordonAsync(node, Admin, onServer, cancellation) : await drain.UncordonAsync(node, onServer, cancellation);
        if (answer.Failure is { } failure)
        {
            _context.Console.WriteError(failure);
            return false;
        }

        _context.Console.WriteLine($"{node}: {(answer.Changed ? "" : "was already ")}{done}{(onServer ? " (server dry run)" : "")}");
        return true;
    }
}
