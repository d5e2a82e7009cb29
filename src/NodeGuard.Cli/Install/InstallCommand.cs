using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Manifests;

namespace NodeGuard.Cli.Install;

/// <summary>`nodeguard install crds`, `rbac`, `controller` and `agent`.</summary>
internal sealed class InstallCommand
{
    private readonly CliContext _context;
    private readonly string _folder;
    private readonly ClusterOptions _cluster = new();
    private readonly DryRunOption _dryRun = new();
    private readonly Option<bool> _print = new("--print") { Description = "write the YAML to stdout, and ask no cluster" };
    private readonly Option<bool> _force = new("--force-conflicts") { Description = "take over fields that another manager, such as Helm, has set" };
    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "how many seconds the server may take to serve new kinds",
        HelpName = "seconds",
        DefaultValueFactory = static _ => 60,
    };

    // Required: this project publishes no image.
    private readonly Option<string>? _image;

    private InstallCommand(CliContext context, string folder, bool runs = false)
    {
        _context = context;
        _folder = folder;
        if (runs)
            _image = new Option<string>("--image") { Description = "the image that you have built and published, with nodeguard in it", HelpName = "image", Required = true };
    }

    public static Command Create(CliContext context)
    {
        var command = new GuidedCommand(
            "install", "Bring a cluster what NodeGuard needs there; again and again, it changes only what differs.",
            [new("nodeguard install crds", "the kinds NodePolicy, NodeRecycle, GuardedNode and Fleet"), new("nodeguard install rbac", "accounts, rights and the guard over the agents'")],
            Exits);
        command.Subcommands.Add(new InstallCommand(context, "crds").Build(
            "The CustomResourceDefinitions of NodePolicy, NodeRecycle, GuardedNode and Fleet.",
            [new("nodeguard install crds", "into the cluster of the kubeconfig"), new("nodeguard install crds --print | kubectl apply --server-side -f -", "by kubectl")]));
        command.Subcommands.Add(new InstallCommand(context, "rbac").Build(
            "Namespaces, accounts and rights of the agent, the controller and people, and the policy that holds an agent to its own node.",
            [new("nodeguard install rbac --dry-run=server", "what would change, and may I?"), new("nodeguard install rbac --print > rbac.yaml", "for a GitOps repository")]));
        command.Subcommands.Add(new InstallCommand(context, "controller", runs: true).Build(
            "Two controllers as a Deployment, unprivileged, of which one leads; after crds and rbac.",
            [new("nodeguard install controller --image registry.example.org/nodeguard:1.0", "into the cluster of the kubeconfig"), new("nodeguard install controller --image registry.example.org/nodeguard:1.0 --print > controller.yaml", "for a GitOps repository")]));
        command.Subcommands.Add(new InstallCommand(context, "agent", runs: true).Build(
            "The agent as a DaemonSet on every node, where the hosts do not run it as a unit; after crds and rbac.",
            [new("nodeguard install agent --image registry.example.org/nodeguard:1.0", "into the cluster of the kubeconfig"), new("nodeguard install agent --image registry.example.org/nodeguard:1.0 --print > agent.yaml", "for a GitOps repository")]));
        return command;
    }

    private static IReadOnlyList<ExitStatus> Exits { get; } =
    [
        new(ExitCodes.Ok, "everything is as it should be"),
        new(ExitCodes.Failed, "an object was refused, or the cluster could not be asked"),
        CommonExits.Usage,
        new(ExitCodes.Interrupted, "interrupted"),
    ];

    private GuidedCommand Build(string description, IReadOnlyList<Example> examples)
    {
        var command = new GuidedCommand(_folder, description, examples, Exits);
        foreach (var option in new Option[] { _print, _dryRun.Option, _force, _timeout })
            command.Options.Add(option);
        if (_image is not null)
            command.Options.Add(_image);
        _cluster.AddTo(command);
        command.Validators.Add(result =>
        {
            if (_image is not null && result.GetValue(_image) is { } image && !InstallFiles.IsImage(image))
                result.AddError($"--image is \"{image}\"; wanted is the name of an image, such as registry.example.org/nodeguard:1.0");
            if (result.GetValue(_timeout) < 0)
                result.AddError("--timeout must be 0 seconds or more");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string? image = _image is null ? null : parsed.GetValue(_image);
        if (parsed.GetValue(_print))
        {
            await _context.Console.Out.WriteAsync(InstallFiles.Text(_folder, image));
            return ExitCodes.Ok;
        }

        var manifests = InstallFiles.Of(_folder, image);
        var dryRun = _dryRun.Read(parsed);
        if (dryRun is DrainDryRun.Client)
        {
            foreach (var manifest in manifests)
                _context.Console.WriteLine($"{manifest}: would be applied (dry run)");
            return ExitCodes.Ok;
        }

        if (!_context.TryReach(_cluster.Read(parsed), out var access))
            return ExitCodes.Failed;
        var installation = new Installation(access.Api, _context.Console.Time, dryRun is DrainDryRun.Server, parsed.GetValue(_force));
        if (!await ApplyAsync(installation, manifests, dryRun, cancellation))
            return ExitCodes.Failed;
        if (dryRun is DrainDryRun.None
            && await installation.ServedAsync(manifests, TimeSpan.FromSeconds(parsed.GetValue(_timeout)), cancellation) is { } notServed)
        {
            _context.Console.WriteError(notServed);
            return ExitCodes.Failed;
        }

        return ExitCodes.Ok;
    }

    // One refusal says nothing about the others: all are tried, so that a person sees every right that is missing at once.
    private async Task<bool> ApplyAsync(Installation installation, IReadOnlyList<Manifest> manifests, DrainDryRun dryRun, CancellationToken cancellation)
    {
        var done = true;
        var suffix = dryRun is DrainDryRun.Server ? " (server dry run)" : "";
        foreach (var manifest in manifests)
        {
            var installed = await installation.ApplyAsync(manifest, cancellation);
            done &= installed.Outcome is not InstallOutcome.Failed;
            switch (installed.Outcome)
            {
                case InstallOutcome.Failed:
                    _context.Console.WriteError($"{manifest}: {installed.Failure}");
                    break;
                case InstallOutcome.NotChecked:
                    _context.Console.WriteLine($"{manifest}: would be created, not checked: its namespace is not there yet{suffix}");
                    break;
                default:
                    _context.Console.WriteLine($"{manifest}: {Word(installed.Outcome)}{suffix}");
                    break;
            }
        }

        return done;
    }

    private static string Word(InstallOutcome outcome) => outcome switch
    {
        InstallOutcome.Created => "created",
        InstallOutcome.Configured => "configured",
        _ => "unchanged",
    };
}
