using NodeGuard.Linux.Systemd;

namespace NodeGuard.Cli.Drills;

/// <summary>The host that this program runs on.</summary>
internal sealed class LinuxDrillHost : IDrillHost
{
    private const string Unit = "systemd-networkd.service";

    public string HostName => Environment.MachineName;

    public RoutingSnapshot Snapshot() => KernelObjects.Snapshot();

    public IDeletionListener Listen() => new NetlinkListener();

    public async Task<NetworkdRestart> RestartNetworkdAsync(CancellationToken cancellation)
    {
        // `systemctl restart` is the RestartUnit call plus the wait for its job.
        var answer = await new Systemctl().RunAsync(["restart", Unit], cancellation);
        return answer.Succeeded
            ? new NetworkdRestart(true, "")
            : new NetworkdRestart(false, $"{Unit} was not restarted: {answer.Complaint}; run as root on a host that systemd booted, or see systemctl status {Unit}");
    }
}
