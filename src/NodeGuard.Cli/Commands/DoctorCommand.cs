using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Prevention;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard doctor`: each precondition of the incident on this host.</summary>
public static class DoctorCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "doctor",
            "Tell whether the next start of systemd-networkd could delete foreign objects, and why.",
            [
                new("nodeguard doctor", "what decides, in which file and line, and what would mend it"),
                new("nodeguard doctor -o json | jq -r '.findings[] | select(.verdict == \"exposed\").fix'", "only what is to be done"),
            ],
            [
                new(ExitCodes.Ok, "immune: networkd leaves foreign objects alone, or does not run here"),
                new(ExitCodes.Failed, "exposed: networkd can delete foreign objects"),
                new(ExitCodes.CouldNotTell, "could not tell (or wrong usage)"),
                new(ExitCodes.Interrupted, "interrupted"),
            ])
        { output };
        command.Subcommands.Add(DoctorClusterCommand.Create(context));
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
        var agent = await context.KnowledgeAsync(parsed, cancellation);
        var diagnosis = Doctor.Examine(await context.PreventionHost().ExamineAsync(agent, cancellation));
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, diagnosis, PreventionJson.Default.Diagnosis);
        else
            Write(context.Console, diagnosis, wide: format is OutputFormat.Wide);
        return diagnosis.ExitCode;
    }

    private static void Write(CliConsole console, Diagnosis diagnosis, bool wide)
    {
        TextColumn[] columns =
        [
            new("VERDICT"), new("CHECK"), new("FINDING", Flexible: true), new("VALUE", Flexible: true), new("DECIDED BY", Flexible: true),
        ];
        var table = new TextTable(wide ? [.. columns, new("FIX", Flexible: true)] : columns);
        foreach (var finding in diagnosis.Findings)
        {
            TextCell[] cells = [Word(finding.Verdict), finding.Id, finding.Title, finding.Effective, finding.DecidedBy];
            table.Add(wide ? [.. cells, finding.Fix] : cells);
        }

        table.Write(console);
        if (!wide)
            WriteFixes(console, diagnosis.Findings);
        console.WriteLine("");
        console.WriteLine(PrintableText.Of(diagnosis.Summary));
    }

    // Below the table rather than in it: a fix must never be cut.
    private static void WriteFixes(CliConsole console, IReadOnlyList<Finding> findings)
    {
        var fixes = findings.Where(static finding => finding.Fix is not null && finding.Verdict is not Verdict.Ok).ToList();
        if (fixes.Count == 0)
            return;
        console.WriteLine("");
        var fields = new FieldList();
        foreach (var finding in fixes)
            fields.Add($"Fix of {finding.Id}", finding.Fix);
        fields.Write(console);
    }

    private static TextCell Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => new TextCell("ok", Tone.Good),
        Verdict.Exposed => new TextCell("exposed", Tone.Bad),
        _ => new TextCell("unknown", Tone.Warning),
    };
}
