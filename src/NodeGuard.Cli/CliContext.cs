using System.CommandLine;
using NodeGuard.Cli.Control;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli;

/// <summary>All that a command may know of the world around it; tests give their own.</summary>
public sealed record CliContext
{
    public const string DefaultSocketPath = "/run/nodeguard/agent.sock";

    public required CliConsole Console { get; init; }

    public required Func<string, string?> Environment { get; init; }

    public Option<string> SocketOption { get; } = new("--socket")
    {
        Description = $"the agent's control socket (default $NODEGUARD_SOCKET, else {DefaultSocketPath})",
        HelpName = "path",
        Recursive = true,
    };

    public ControlClient Connect(ParseResult parsed)
    {
        var path = parsed.GetValue(SocketOption) ?? Environment("NODEGUARD_SOCKET");
        return new ControlClient(string.IsNullOrEmpty(path) ? DefaultSocketPath : path);
    }

    /// <summary>Says on stderr what went wrong, and gives the exit status that means it.</summary>
    public int Report(ControlFailure failure)
    {
        Console.WriteError(failure.Message);
        return failure.Kind is ControlFailureKind.Refused ? ExitCodes.Refused : ExitCodes.AgentUnreachable;
    }
}
