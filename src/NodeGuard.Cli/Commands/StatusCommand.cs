using System.CommandLine;
using System.Globalization;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Fleet;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Fleet.Guarded;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard status`: is this host guarded, and if not, why; or how the fleet stands.</summary>
public static class StatusCommand
{
    public static Command Create(CliContext context)
    {
        var question = new FleetQuestion(context);
        var node = new Argument<string?>("node") { Description = "a node of the cluster, in full", Arity = ArgumentArity.ZeroOrOne };
        var fleet = new Option<bool>("--fleet") { Description = "the cluster's fleet, even on a host that has an agent" };
        var command = new GuidedCommand(
            "status",
            "On a host with an agent: what it guards, and what it misses. With a node's name, with --fleet or an option that names a cluster, or where there is no agent: the cluster's fleet.",
            [
                new("nodeguard status", "this host; at a desk: the fleet at a glance"),
                new("nodeguard status -o json | jq -r .state", "this host, for scripts"),
                new("nodeguard status worker-1", "one node of the cluster: what, since when, what next, and why not"),
                new("nodeguard status --fleet --watch", "the fleet, as it changes"),
            ],
            [
                new(ExitCodes.Ok, "guarding, restoring, or nothing to guard against; of the fleet: printed"),
                new(ExitCodes.Failed, "starting, degraded or failed: not all is guarded; of the fleet: the cluster could not be read"),
                .. CommonExits.OfAgentCommands,
            ])
        { node, fleet };
        question.AddTo(command, watches: true);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(node) is { } name)
                return ClusterStatus.OfNodeAsync(question, parsed, name, cancellation);
            return parsed.GetValue(fleet) || !IsAboutThisHost(context, question, parsed)
                ? ClusterStatus.OfFleetAsync(question, parsed, cancellation)
                : RunAsync(context, question, parsed, cancellation);
        });
        return command;
    }

    // A host whose agent is stopped must not read as well because somebody left a kubeconfig there.
    private static bool IsAboutThisHost(CliContext context, FleetQuestion question, ParseResult parsed)
    {
        ClusterRequest request = question.Cluster.Read(parsed);
        if (request is not { Kubeconfig: null, Context: null, Cluster: null, User: null, As: null })
            return false;
        return context.IsAgentExpected(parsed) || context.Cluster(request) is not ClusterAnswer.Access;
    }

    private static async Task<int> RunAsync(CliContext context, FleetQuestion question, ParseResult parsed, CancellationToken cancellation)
    {
        if (question.Watches(parsed))
        {
            context.Console.WriteError("--watch follows the fleet, and this host's agent was asked for; give --fleet too, or follow the host with nodeguard routes watch");
            return ExitCodes.Usage;
        }

        OutputFormat format = parsed.Format(question.Output);
        using var client = context.Connect(parsed);
        var answer = await client.StatusAsync(cancellation);
        if (!answer.TryGet(out var status, out var failure))
            return context.Report(failure);
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, status, ControlJsonContext.Default.GuardStatus);
        else
            WriteFields(context.Console, status, wide: format is OutputFormat.Wide);
        return IsWhole(status.State) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static bool IsWhole(GuardState state) =>
        state is GuardState.Guarding or GuardState.Restoring or GuardState.NothingToGuardAgainst;

    private static void WriteFields(CliConsole console, GuardStatus status, bool wide)
    {
        var fields = new FieldList();
        fields.Add("State", new TextCell(StateText(status), StateTone(status.State)));
        fields.Add("Mode", status.Mode is GuardMode.Observe ? "observe (reports, restores nothing)" : "restore");
        fields.Add("networkd", status.NetworkdVersion is { } version ? $"{status.Networkd}, {version}" : status.Networkd);
        fields.Add("Foreign objects", CountsText.Of(status.Foreign));
        fields.Add("networkd's own", CountsText.Of(status.NetworkdOwned));
        fields.Add("Missing", new TextCell(CountsText.Of(status.Missing), status.Missing.Total > 0 ? Tone.Bad : Tone.Plain));
        fields.Add("Pinned", status.Pinned.ToString(CultureInfo.InvariantCulture));
        if (status.Hazard is { } hazard)
            fields.Add("Hazard", PendingText.HazardCell(hazard));
        if (status.Drift is { } drift)
            fields.Add("Image", new TextCell(drift.Message, drift.State is DriftState.None ? Tone.Good : Tone.Warning));
        if (status.LedgerFull)
            fields.Add("Ledger", new TextCell("full: objects that came later are not guarded; raise routes.maxObjects", Tone.Bad));
        fields.Add("Running since", $"{TimeText.Local(status.StartedAt, console.Time)} ({TimeText.Age(status.StartedAt, console.Time)})");
        if (wide)
        {
            fields.Add("networkd's portids", status.NetworkdPortIds.Count == 0 ? "none known" : string.Join(", ", status.NetworkdPortIds));
            fields.Add("Guard thread", status.ThreadPriority);
        }

        for (var i = 0; i < status.Problems.Count; i++)
            fields.Add(i == 0 ? "Problems" : "", new TextCell(status.Problems[i], Tone.Warning));
        fields.Write(console);
    }

    private static string StateText(GuardStatus status) => status.State switch
    {
        GuardState.Starting => "starting",
        GuardState.Guarding => "guarding",
        GuardState.NothingToGuardAgainst => "nothing to guard against (no systemd-networkd on this host)",
        GuardState.Degraded => "degraded",
        GuardState.Restoring => status.RunningEpisode is { } episode ? $"restoring (episode {episode})" : "restoring",
        _ => "failed",
    };

    private static Tone StateTone(GuardState state) => state switch
    {
        GuardState.Guarding => Tone.Good,
        GuardState.NothingToGuardAgainst => Tone.Plain,
        GuardState.Failed => Tone.Bad,
        _ => Tone.Warning,
    };
}
