using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using NodeGuard.Agent.Configuration;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes.Election;

namespace NodeGuard.Cli.Fleet;

/// <summary>`nodeguard controller`: keeps the fleet until told to stop.</summary>
internal static class ControllerCommand
{
    // Beside the agent's, which is on the same host when a controller runs with hostNetwork.
    private static readonly IPEndPoint DefaultListen = new(IPAddress.Loopback, 9872);

    public static Command Create(CliContext context)
    {
        var cluster = new Kubernetes.ClusterOptions();
        var @namespace = new Option<string>("--namespace", "-n")
        {
            Description = "where the lease is that one of several controllers leads by",
            HelpName = "name",
            DefaultValueFactory = static _ => FleetKeys.SystemNamespace,
        };
        var lease = new Option<int>("--lease-duration")
        {
            Description = "after how many seconds without a word from its leader another one takes over",
            HelpName = "seconds",
            DefaultValueFactory = static _ => (int)new LeaseTimes().LeaseDuration.TotalSeconds,
        };
        lease.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 300)
                result.AddError("--lease-duration must be from 2 to 300 seconds");
        });
        var listen = new Option<ListenAddress>("--listen")
        {
            Description = "where /metrics and the probes answer: an IP address and a port, or off",
            HelpName = "address",
            DefaultValueFactory = static _ => new ListenAddress(DefaultListen),
            CustomParser = static result => Parse(result),
        };
        var command = new GuidedCommand(
            "controller",
            "Recycle the fleet's nodes as its NodePolicies say, until told to stop. Several may run: one leads.",
            [new("nodeguard controller", "in a pod, with its own account"), new("nodeguard controller --kubeconfig admin.yaml -n default", "from a desk")],
            [new(ExitCodes.Ok, "stopped as asked"), new(ExitCodes.Failed, "it could not start; the message says why"), CommonExits.Usage])
        { @namespace, lease, listen };
        cluster.AddTo(command);
        command.SetAction((parsed, cancellation) => context.TryReach(cluster.Read(parsed), out ClusterAnswer.Access? access)
            ? RunAsync(
                new ControllerProcess(
                    access, parsed.GetValue(@namespace)!, TimesOf(parsed.GetValue(lease)), parsed.GetValue(listen)!.EndPoint, context.Console.Time),
                cancellation)
            : Task.FromResult(ExitCodes.Failed));
        return command;
    }

    // In the proportions of client-go's.
    private static LeaseTimes TimesOf(int seconds)
    {
        var duration = TimeSpan.FromSeconds(seconds);
        return new LeaseTimes { LeaseDuration = duration, RenewDeadline = duration * 2 / 3, RetryPeriod = duration * 2 / 15 };
    }

    private static async Task<int> RunAsync(ControllerProcess process, CancellationToken stop)
    {
        await process.RunAsync(stop);
        return ExitCodes.Ok;
    }

    // As the agent's http.listen; none and an empty text are what a chart's empty value becomes.
    private static ListenAddress? Parse(ArgumentResult result)
    {
        string text = result.Tokens is [var token] ? token.Value : string.Empty;
        if (text is "" or "none")
            return new ListenAddress(null);
        var type = new ListenAddressType();
        if (type.TryParse(text, out ListenAddress? address))
            return address;
        result.AddError($"--listen is \"{text}\"; wanted is {type.Allowed}");
        return null;
    }
}
