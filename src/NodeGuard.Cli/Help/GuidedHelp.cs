using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace NodeGuard.Cli.Help;

/// <summary>The framework's help screen, then the command's examples and exit statuses.</summary>
public sealed class GuidedHelp(HelpAction standard) : SynchronousCommandLineAction
{
    public override bool Terminating => true;

    public override int Invoke(ParseResult parseResult)
    {
        standard.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ICommandGuide guide)
            WriteGuide(parseResult.InvocationConfiguration.Output, guide);
        return ExitCodes.Ok;
    }

    private static void WriteGuide(TextWriter output, ICommandGuide guide)
    {
        output.WriteLine("Examples:");
        foreach (var example in guide.Examples)
        {
            output.WriteLine($"  # {example.Meaning}");
            output.WriteLine($"  {example.CommandLine}");
        }

        output.WriteLine();
        output.WriteLine("Exit status:");
        foreach (var exit in guide.ExitStatuses)
            output.WriteLine($"  {exit.Code,-3}  {exit.Meaning}");
        output.WriteLine();
    }
}
