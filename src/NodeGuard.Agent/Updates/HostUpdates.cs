using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Config;
using NodeGuard.Linux.Systemd.Updates;

namespace NodeGuard.Agent.Updates;

/// <summary>The hold on the host that this process runs on.</summary>
public static class HostUpdates
{
    public static IHostedHold Hold(GuardSurroundings surroundings)
    {
        var root = new HostRoot();
        // No signals of the bus are wanted, only answers.
        var bus = new SystemBus(new BusOptions { Matches = [] });
        // Of the host's files only those of systemd and NodeGuard are in a container where they are on the host.
        var host = new HostRoot(surroundings.Options.Cluster?.HostRoot is { Length: > 0 } mounted ? mounted : "/");
        var ways = new WaysPass(root, host, surroundings.Options.StateDirectory, surroundings.Time);
        return new HoldLoop(new HoldPass(root, new LoadedUnits(bus, surroundings.Time)), ways, root, surroundings, bus);
    }
}
