using NodeGuard.Agent;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Images;
using NodeGuard.Agent.Logging;
using NodeGuard.Agent.Updates;
using NodeGuard.Agent.Updates.Runs;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli;

/// <summary>`nodeguard agent`: configuration in, the agent's host around a guard, exit status out.</summary>
public sealed class AgentProcess(CliConsole console, IServiceNotifier notifier, Func<GuardSurroundings, IHostedGuard> guard, Func<GuardSurroundings, IHostedHold>? hold = null)
{
    public async Task<int> RunAsync(ConfigurationSources sources, CancellationToken cancellation)
    {
        var configuration = ConfigurationLoader.Load(sources);
        if (configuration.Options is not { } options)
        {
            foreach (var error in configuration.Errors)
                console.WriteError(error.ToString());
            return ExitCodes.Usage;
        }

        using var loggers = AgentLoggerFactory.ToStandardError(options.Log);
        var host = new AgentHost(configuration, () => ConfigurationLoader.Load(sources), loggers, notifier, console.Time)
        {
            HoldFactory = hold,
            PendingFactory = PendingLoop.For,
            RunsFactory = UpdateRunLoop.For,
            DriftFactory = DriftLoop.For,
        };
        return await host.RunAsync(guard, cancellation);
    }
}
