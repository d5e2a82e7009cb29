using NodeGuard.Agent.Hosting;
using NodeGuard.Hosting.Loops;

namespace NodeGuard.Agent;

/// <summary>Every loop of the agent.</summary>
internal static class AgentLoops
{
    private static readonly TimeSpan Deadline = 3 * Beat.Interval;

    // systemd may take a minute and a half for a daemon-reload.
    private static readonly TimeSpan HoldDeadline = Deadline + TimeSpan.FromMinutes(2);

    public static IReadOnlyList<AgentLoop> List(AgentParts parts)
    {
        var loops = new List<AgentLoop>
        {
            new("watchdog", Deadline, parts.Watchdog.RunAsync),
            new("config-reload", Deadline, parts.Reload.RunAsync),
            new("control-socket", Deadline, parts.Control.RunAsync),
        };
        if (parts.Observer is { } observer)
        {
            loops.Add(new("http", Deadline, observer.RunAsync));
        }

        if (parts.Cluster is { } cluster)
        {
            loops.Add(new("cluster-report", Deadline, cluster.RunAsync));
        }

        if (parts.Updates.Hold is { } hold)
        {
            loops.Add(new("updates", HoldDeadline, hold.RunAsync));
        }

        if (parts.Updates.Pending is { } pending)
        {
            loops.Add(new("pending-updates", Deadline, pending.RunAsync));
        }

        if (parts.Updates.Runs is { } runs)
        {
            loops.Add(new("update-runs", Deadline, runs.RunAsync));
        }

        if (parts.Drift is { } drift)
        {
            loops.Add(new("image-drift", Deadline, drift.RunAsync));
        }

        loops.AddRange(parts.Guard.Loops);
        return loops;
    }
}
