using System.CommandLine;

namespace NodeGuard.Cli.Help;

public sealed record Example(string CommandLine, string Meaning);

public sealed record ExitStatus(int Code, string Meaning);

/// <summary>What --help says below the options.</summary>
public interface ICommandGuide
{
    IReadOnlyList<Example> Examples { get; }

    IReadOnlyList<ExitStatus> ExitStatuses { get; }
}

/// <summary>A command that cannot be made without an example and its exit statuses.</summary>
public sealed class GuidedCommand(
    string name, string description, IReadOnlyList<Example> examples, IReadOnlyList<ExitStatus> exitStatuses)
    : Command(name, description), ICommandGuide
{
    public IReadOnlyList<Example> Examples { get; } = examples;

    public IReadOnlyList<ExitStatus> ExitStatuses { get; } = exitStatuses;
}

public sealed class GuidedRootCommand(
    string description, IReadOnlyList<Example> examples, IReadOnlyList<ExitStatus> exitStatuses)
    : RootCommand(description), ICommandGuide
{
    public IReadOnlyList<Example> Examples { get; } = examples;

    public IReadOnlyList<ExitStatus> ExitStatuses { get; } = exitStatuses;
}

/// <summary>The exit statuses that most commands share.</summary>
public static class CommonExits
{
    public static readonly ExitStatus Usage = new(ExitCodes.Usage, "wrong usage");

    public static readonly ExitStatus[] OfAgentCommands =
    [
        Usage,
        new(ExitCodes.AgentUnreachable, "the agent is not running, or did not let us ask"),
        new(ExitCodes.Refused, "the agent refused"),
        new(ExitCodes.Interrupted, "interrupted"),
    ];
}
