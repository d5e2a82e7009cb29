using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>`nodeguard doctor cluster`: preflight of every node, long before anybody drains.</summary>
internal static class DoctorClusterCommand
{
    public static Command Create(CliContext context)
    {
        var cluster = new ClusterOptions();
        var nodes = new NodeArguments(required: false);
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "cluster",
            "Tell for each node of the cluster what would stop its drain, and whom to ask.",
            [
                new("nodeguard doctor cluster", "every node"),
                new("nodeguard doctor cluster -o json | jq -r '.findings[] | select(.severity == \"blocker\") | .subjects[0]'", "only what blocks"),
            ],
            [
                new(ExitCodes.Ok, "nothing would stop a drain for ever"),
                new(ExitCodes.Failed, "something would"),
                new(ExitCodes.CouldNotTell, "could not tell (or wrong usage)"),
                new(ExitCodes.Interrupted, "interrupted"),
            ]);
        nodes.AddTo(command);
        command.Options.Add(output);
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!context.TryReach(cluster.Read(parsed), out var access))
                return ExitCodes.CouldNotTell;
            var (found, failure) = await nodes.ResolveAsync(access.Api, parsed, cancellation);
            if (failure is null)
                return await PreflightRun.OfClusterAsync(context.Console, access.Api, [.. found.Select(static node => node.Metadata.Name!)], parsed.Format(output), cancellation);
            context.Console.WriteError(failure);
            return ExitCodes.CouldNotTell;
        });
        return command;
    }
}
