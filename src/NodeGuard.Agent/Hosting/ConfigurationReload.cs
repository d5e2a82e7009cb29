using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Logging;
using NodeGuard.Agent.Metrics;
using NodeGuard.Hosting.Loops;

namespace NodeGuard.Agent.Hosting;

/// <summary>Reads the configuration again on request: modes, filters, holds and log level take effect, the rest is told.</summary>
internal sealed class ConfigurationReload(
    ConfigurationResult started,
    Func<ConfigurationResult> read,
    IHostedGuard guard,
    IHostedHold? hold,
    AgentLoggerFactory loggers,
    AgentMetrics metrics,
    IServiceNotifier notifier) : IDisposable
{
    private readonly ILogger _log = loggers.CreateLogger("config");
    private readonly SemaphoreSlim _requests = new(0);
    private ConfigurationResult _current = started;

    /// <summary>From a signal handler: several requests before the first is served are one.</summary>
    public void Request() => _requests.Release();

    public void Dispose() => _requests.Dispose();

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        while (true)
        {
            bool requested = await _requests.WaitAsync(Beat.Next, cancellation);
            heartbeat.Beat();
            if (requested)
            {
                Reload();
            }
        }
    }

    private void Reload()
    {
        notifier.Reloading();
        ConfigurationResult next = read();
        if (next.Options is { } options)
        {
            Apply(next, options);
        }

        foreach (ConfigurationError error in next.Errors)
        {
            HostLog.ReloadRefused(_log, error.ToString());
        }

        metrics.Reloaded(next.Options is not null);
        notifier.Ready(AgentStatusLine.Of(guard.Status));
    }

    private void Apply(ConfigurationResult next, AgentOptions options)
    {
        loggers.Level = options.Log.Level;
        AgentOptions running = _current.Options!;
        guard.Reload(running with { Routes = running.Routes with { Mode = options.Routes.Mode, Exclude = options.Routes.Exclude } });
        hold?.Reload(options.Updates);
        Dictionary<Setting, string> before = _current.Effective.ToDictionary(e => e.Setting, e => e.Value);
        foreach (EffectiveSetting changed in next.Effective.Where(e => !e.Setting.Reloadable && before[e.Setting] != e.Value))
        {
            HostLog.NeedsRestart(_log, changed.Setting.Key, changed.Value, changed.Source);
        }

        _current = next;
        HostLog.Reloaded(_log);
    }
}
