using Microsoft.Extensions.Logging;

namespace NodeGuard.Agent.Hosting;

internal static partial class HostLog
{
    [LoggerMessage(1, LogLevel.Error, "loop {Loop} failed and starts again in {Seconds} s")]
    public static partial void LoopFailed(ILogger log, Exception exception, string loop, double seconds);

    [LoggerMessage(2, LogLevel.Information, "nodeguard {Version} guards: {Status}; from start to guarding {Milliseconds} ms")]
    public static partial void Guarding(ILogger log, string version, string status, long milliseconds);

    [LoggerMessage(3, LogLevel.Critical, "the route guard cannot work; the agent stops, so that the service manager starts it anew")]
    public static partial void GuardFailed(ILogger log, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "stopping: {Reason}")]
    public static partial void Stopping(ILogger log, string reason);

    [LoggerMessage(5, LogLevel.Error, "another agent guards this node: {Holder} holds {Path}; stop it, or give this one another runtimeDirectory")]
    public static partial void AlreadyRunning(ILogger log, string holder, string path);

    [LoggerMessage(6, LogLevel.Warning, "nobody can tell whether another agent runs: {Reason}. Guarding goes on; make the runtime directory writable")]
    public static partial void LockUnavailable(ILogger log, string reason);

    [LoggerMessage(7, LogLevel.Error, "loop {Loop} has not moved for {Seconds} s; the watchdog is not answered until it does")]
    public static partial void LoopLate(ILogger log, string loop, double seconds);

    [LoggerMessage(8, LogLevel.Error, "the configuration is not reloaded: {Error}")]
    public static partial void ReloadRefused(ILogger log, string error);

    [LoggerMessage(9, LogLevel.Information, "the configuration is reloaded")]
    public static partial void Reloaded(ILogger log);

    [LoggerMessage(10, LogLevel.Warning, "{Key} is now \"{Value}\" ({Source}); it takes effect when the agent is started again")]
    public static partial void NeedsRestart(ILogger log, string key, string value, string source);

    [LoggerMessage(11, LogLevel.Warning, "the variable {Name} is no setting of the agent and is ignored; `nodeguard agent --print-config -o json` lists them all")]
    public static partial void UnknownVariable(ILogger log, string name);
}
