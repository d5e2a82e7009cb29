using System.CommandLine;
using NodeGuard.Cli.Drills;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Commands;

/// <summary>`drill flush --sandbox` starts the program again inside namespaces, where this command does the work.</summary>
internal static class SandboxCommand
{
    private const string ChildName = "sandbox-child";
    private const int OfEachKind = 250;

    public static Command CreateChild(CliContext context)
    {
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            ChildName,
            "The inside of drill flush --sandbox; refuses to run anywhere else.",
            [new($"unshare -Urn nodeguard drill {ChildName}", "as drill flush --sandbox does")],
            [new(ExitCodes.Ok, "all lost unguarded, nothing lost guarded"), new(ExitCodes.Failed, "otherwise"), CommonExits.Usage])
        {
            output,
        };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => RunChildAsync(context, parsed.Format(output), cancellation));
        return command;
    }

    /// <exception cref="DrillException">No namespace can be made here.</exception>
    public static Task<int> RunAsync(CliContext context, string format, CancellationToken cancellation) =>
        new NamespaceLauncher().RunAsync(context.ProgramPath, ["drill", ChildName, "-o", format], cancellation);

    private static async Task<int> RunChildAsync(CliContext context, OutputFormat format, CancellationToken cancellation)
    {
        try
        {
            var report = await new SandboxDrill(OfEachKind).RunAsync(cancellation);
            if (format.IsForPrograms())
                StructuredOutput.Write(context.Console, format, report, DrillJson.Default.SandboxReport);
            else
                SandboxText.Write(context.Console, report);
            return report.Passed ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (DrillException stopped)
        {
            context.Console.WriteError(stopped.Message);
            return ExitCodes.Failed;
        }
    }
}
