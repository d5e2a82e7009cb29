using NodeGuard.Agent.Hosting;
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
        return new HoldLoop(new HoldPass(root, new LoadedUnits(bus, surroundings.Time)), root, surroundings, bus);
    }
}
