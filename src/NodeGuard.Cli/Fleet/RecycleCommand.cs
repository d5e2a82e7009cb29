using System.CommandLine;
using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Fleet;

/// <summary>`nodeguard recycle`: asks the controller to recycle nodes.</summary>
internal sealed class RecycleCommand
{
    private readonly CliContext _context;
    private readonly ClusterOptions _cluster = new();
    private readonly NodeArguments _nodes = new(required: true);
    private readonly DryRunOption _dryRun = new();
    private readonly Option<string> _reason = new("--reason") { Description = "why, for those who read it later", HelpName = "text" };
    private readonly Option<string> _method = new("--method") { Description = "what is done to the machine, instead of what its NodePolicy says" };
    private readonly Option<bool> _force = new("--force") { Description = "reboot or replace the machine even if its pods do not leave, and in spite of a pause or freeze" };
    private readonly Option<bool> _replacementFirst = new("--replacement-first") { Description = "the new machine comes before the old one goes" };
    private readonly Option<bool> _wait = new("--wait") { Description = "follow until all have ended" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "do not ask" };
    private readonly Option<string> _output = OutputOption.Create();

    private RecycleCommand(CliContext context)
    {
        _context = context;
        _method.AcceptOnlyFromAmong(Enum.GetNames<ReplacementMethod>());
    }

    public static Command Create(CliContext context) => new RecycleCommand(context).Build();

    private GuidedCommand Build()
    {
        var command = new GuidedCommand(
            "recycle",
            "Ask for nodes to be drained and rebooted or replaced, within the budgets. The request stands when this command ends.",
            [
                new("nodeguard recycle worker-1 --reason \"kernel bug\" --wait", "one node, and follow it"),
                new("nodeguard recycle -l pool=old --method Reboot --dry-run=server", "would the server take it?"),
                new("nodeguard recycle worker-1 --wait -o json | jq -r .phase", "one JSON object a line, at each step"),
            ],
            [
                new(ExitCodes.Ok, "asked for; with --wait: all have succeeded"),
                new(ExitCodes.Failed, "not asked for, or with --wait: one has failed or was cancelled"),
                CommonExits.Usage,
                new(ExitCodes.Interrupted, "interrupted; the requests stand"),
            ])
        { _reason, _method, _force, _replacementFirst, _wait, _yes, _dryRun.Option, _output };
        _nodes.AddTo(command);
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
        var format = parsed.Format(_output);
        var asks = dryRun == DrainDryRun.None && !parsed.GetValue(_yes) && _context.Console is { InIsTerminal: true, OutIsTerminal: true };
        if (!format.IsForPrograms() && (asks || dryRun == DrainDryRun.Client))
            await RecyclePreview.WriteAsync(_context.Console, access.Api, nodes, parsed.GetValue(_method), parsed.GetValue(_force), cancellation);
        if (asks && !await ConfirmAsync(nodes, parsed, cancellation))
            return ExitCodes.Failed;
        if (dryRun == DrainDryRun.Client)
        {
            _context.Console.WriteNote("dry run: nothing was asked for");
            return ExitCodes.Ok;
        }

        var asked = new List<NodeRecycle>();
        foreach (var node in nodes)
        {
            if (await AskAsync(access.Api, node, parsed, cancellation) is { } recycle)
                asked.Add(recycle);
        }

        var failed = asked.Count < nodes.Count;
        if (asked.Count == 0 || dryRun != DrainDryRun.None || !parsed.GetValue(_wait))
            return failed ? ExitCodes.Failed : ExitCodes.Ok;
        var followed = await new RecycleFollow(access.Api, _context.Console, format).RunAsync(asked, cancellation);
        return followed == ExitCodes.Ok && failed ? ExitCodes.Failed : followed;
    }

    private async Task<NodeRecycle?> AskAsync(IKubeApi api, Node node, ParseResult parsed, CancellationToken cancellation)
    {
        var name = node.Metadata.Name!;
        var recycle = new NodeRecycle
        {
            Metadata = new ObjectMeta { GenerateName = $"{(name.Length <= 200 ? name : name[..200].TrimEnd('.', '-'))}-" },
            Spec = new NodeRecycleSpec
            {
                NodeName = name,
                NodeUid = node.Metadata.Uid,
                Reasons = [nameof(RecycleReason.Manual)],
                Message = parsed.GetValue(_reason),
                RequestedBy = _context.Environment("USER") is { Length: > 0 and <= 200 } user ? $"{user}, by nodeguard recycle" : "nodeguard recycle",
                Method = parsed.GetValue(_method),
                Force = parsed.GetValue(_force) ? true : null,
                ReplacementFirst = parsed.GetValue(_replacementFirst) ? true : null,
            },
        };
        var options = new WriteOptions("nodeguard-cli", DryRun: _dryRun.Read(parsed) == DrainDryRun.Server);
        switch (await api.CreateAsync(ResourceTypes.NodeRecycles, recycle, options, cancellation))
        {
            case ApiResult<NodeRecycle>.Ok { Value: var made }:
                if (parsed.Format(_output).IsForPrograms())
                    StructuredOutput.WriteStreamed(_context.Console, parsed.Format(_output), RecycleReport.Of(made), FleetJson.Default.RecycleReport);
                else
                    _context.Console.WriteLine($"{name}: noderecycle/{made.Metadata.Name} created{(options.DryRun ? " (server dry run)" : "")}");
                return made;
            case ApiResult<NodeRecycle>.Failed { Failure: var failure }:
                _context.Console.WriteError(FleetFailure.Message(failure, writes: true));
                return null;
            default:
                return null;
        }
    }

    private async Task<bool> ConfirmAsync(IReadOnlyList<Node> nodes, ParseResult parsed, CancellationToken cancellation)
    {
        var console = _context.Console;
        var what = parsed.GetValue(_method) is { } method ? $"by method {method}" : "as its NodePolicy says";
        console.WriteNote($"Pods are evicted{(parsed.GetValue(_force) ? ", or left to die if they do not go," : "")} and the machine goes {what}.");
        await console.Error.WriteAsync($"Recycle {(nodes.Count == 1 ? nodes[0].Metadata.Name : $"{nodes.Count} nodes")}? [y/N] ");
        await console.Error.FlushAsync(cancellation);
        // A read of a terminal heeds no cancellation: whoever interrupts at the question would have to press Enter as well.
        var answer = await Task.Run(console.In.ReadLine, cancellation).WaitAsync(cancellation);
        if (answer?.Trim().ToUpperInvariant() is "Y" or "YES")
            return true;
        console.WriteNote("nothing was asked for");
        return false;
    }
}
