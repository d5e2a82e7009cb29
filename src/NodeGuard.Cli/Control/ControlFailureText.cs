using System.Net.Sockets;

namespace NodeGuard.Cli.Control;

/// <summary>Why the agent could not be asked, in words that say what to do.</summary>
internal static class ControlFailureText
{
    /// <summary>For an agent of a version before this question.</summary>
    public const string PendingNotKnown =
        "the agent cannot tell what is pending: it is older than this program; after an update of NodeGuard restart it with systemctl restart nodeguard-agent";

    public static ControlFailure NotConnected(string socket, HttpRequestException failed)
    {
        if (failed.HttpRequestError is HttpRequestError.ResponseEnded)
            return BrokeOff(socket);
        var cause = failed.GetBaseException();
        return cause switch
        {
            SocketException { SocketErrorCode: SocketError.AccessDenied } => new(
                ControlFailureKind.PermissionDenied,
                $"no permission to ask the agent at {socket}: only root may; run the command with sudo"),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new(
                ControlFailureKind.Unreachable,
                $"the agent at {socket} has stopped: its socket is there, but nobody listens; see systemctl status nodeguard-agent"),
            SocketException when !File.Exists(socket) => new(
                ControlFailureKind.Unreachable,
                $"the agent is not running: there is no socket at {socket}; start it with systemctl start nodeguard-agent, or name its socket with --socket"),
            ArgumentException => new(
                ControlFailureKind.Unreachable,
                $"{socket} cannot be the agent's socket: the path of a unix socket has 1 to 107 bytes; name another with --socket"),
            _ => new(
                ControlFailureKind.Unreachable,
                $"the agent at {socket} cannot be reached: {cause.Message}; see systemctl status nodeguard-agent"),
        };
    }

    public static ControlFailure BrokeOff(string socket) => new(
        ControlFailureKind.Unreachable,
        $"the agent at {socket} broke off in the middle of its answer: it stopped or was restarted; see systemctl status nodeguard-agent");

    public static ControlFailure TimedOut(string socket, string path, TimeSpan timeout) => new(
        ControlFailureKind.Unreachable,
        $"the agent at {socket} did not answer /v1/{path} within {timeout.TotalSeconds:0.#} s; see systemctl status nodeguard-agent");

    public static ControlFailure NotUnderstood(string socket, string path, string found) => new(
        ControlFailureKind.NotUnderstood,
        $"what answers /v1/{path} at {socket} is not an agent of this version ({found}); compare nodeguard --version with the agent's");
}
