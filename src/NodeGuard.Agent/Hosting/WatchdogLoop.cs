using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Hosting.Loops;

namespace NodeGuard.Agent.Hosting;

/// <summary>Answers systemd's watchdog while every loop moves, and keeps the status line true.</summary>
internal sealed class WatchdogLoop(IRouteGuard guard, LoopHeartbeats heartbeats, IServiceNotifier notifier, ILogger log, TimeProvider time)
{
    private string _told = string.Empty;

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        TimeSpan interval = Beat.PartWithin(notifier.WatchdogInterval ?? Beat.Interval);
        while (true)
        {
            heartbeat.Beat();
            Turn();
            await Task.Delay(Beat.Until(time, interval), time, cancellation);
        }
    }

    internal void Turn()
    {
        IReadOnlyList<LoopHeartbeat> late = heartbeats.Late;
        if (late.Count == 0)
        {
            notifier.Watchdog();
        }

        foreach (LoopHeartbeat loop in late)
        {
            HostLog.LoopLate(log, loop.Name, loop.Age.TotalSeconds);
        }

        string status = AgentStatusLine.Of(guard.Status);
        if (status != _told)
        {
            _told = status;
            notifier.Status(status);
        }
    }
}
