using System.CommandLine;
using System.Globalization;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard status`: is this host guarded, and if not, why.</summary>
public static class StatusCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "status",
            "Show what the agent on this host guards, and what it misses.",
            [
                new("nodeguard status", "for people"),
                new("nodeguard status -o json | jq -r .state", "for scripts"),
            ],
            [
                new(ExitCodes.Ok, "guarding, restoring, or nothing to guard against"),
                new(ExitCodes.Failed, "starting, degraded or failed: not all is guarded"),
                .. CommonExits.OfAgentCommands,
            ])
        { output };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
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
