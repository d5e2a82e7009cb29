using System.Diagnostics;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>The agent as install.sh brings it: nothing configured, prevention as it comes.</summary>
[Trait("Needs", "root")]
public sealed class InstallTests(ITestOutputHelper output)
{
    private const string Unit = "nodeguard-agent.service";
    private const string Package = "/opt/nodeguard";
    private const string GlobalDropIn = "/run/systemd/networkd.conf.d/zz-nodeguard.conf";

    private const string MonitorPid = "grep -lx ip /proc/[0-9]*/comm 2>/dev/null | cut -d/ -f3 | head -1";

    // What the container's own services write as time passes.
    private const string ListTree =
        "find / /run /etc -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /var/tmp -o -path /var/log"
        + " -o -path /run/log -o -path /run/systemd/journal -o -path /run/systemd/netif -o -path /run/udev -o -path /opt \\) -prune -o -print | sort -u";

    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    [Trait("Invariant", "2")]
    public async Task As_it_comes_a_restart_of_networkd_deletes_nothing_permanent(string suite)
    {
        await using LabContainer container = await BootInstalledAsync(suite);
        await container.IpAsync("addr", "add", "198.51.100.7/32", "dev", "host0");
        await container.IpAsync("-6", "addr", "add", "2001:db8:51::7/128", "dev", "host0", "nodad");
        await container.IpAsync("rule", "add", "pref", "512", "from", "203.0.113.9", "table", "300");
        await container.IpAsync("route", "add", "203.0.113.0/24", "via", "10.77.0.1", "table", "300");
        await container.UntilAsync("the drop-in of host0", () => DropInsAsync(container, "10-host0.network", wanted: true));
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);

        using Process monitor = container.StartInside("ip", "monitor", "rule", "route", "address", "nexthop");
        Task<string> seen = monitor.StandardOutput.ReadToEndAsync();
        await container.ShellAsync($"pid() {{ {MonitorPid}; }}; until [ \"$(pid)\" ] && awk -v pid=\"$(pid)\" '$2 == 0 && $3 == pid {{ found = 1 }} END {{ exit !found }}' /proc/net/netlink; do sleep 0.05; done");
        await container.RestartNetworkdAsync();
        await container.ShellAsync($"kill $({MonitorPid})");

        NetnsSnapshot.Diff(before, await NetnsSnapshot.TakeAsync(container)).ShouldBeEmpty();
        string told = await seen;
        output.WriteLine(told);
        told.ShouldContain("10.77.0.2/24", Case.Sensitive, "the monitor was to see networkd configure host0 anew");
        told.ShouldNotContain("Deleted");
    }

    [Fact]
    public async Task Drop_ins_come_and_go_with_links_and_their_network_files()
    {
        await using LabContainer container = await BootInstalledAsync(LabSuite.Trixie.Name);
        await container.WriteFileAsync("/run/systemd/network/20-host1.network", "[Match]\nName=host1\n[Network]\nAddress=10.78.0.2/24\n");
        await container.ExecAsync("networkctl", "reload");
        await container.AddLinkAsync("host1", "peer1");
        await container.NetworkdSettledAsync();
        (await DropInsAsync(container, "20-host1.network", wanted: false)).ShouldBeTrue("only networkd's own address is on host1");

        await container.IpAsync("addr", "add", "198.51.100.8/32", "dev", "host1");
        await container.UntilAsync("host1's drop-in", () => DropInsAsync(container, "20-host1.network", wanted: true));

        await container.ExecAsync("rm", "/run/systemd/network/20-host1.network");
        await container.IpAsync("link", "del", "host1");
        await container.UntilAsync("host1's drop-in to go", () => DropInsAsync(container, "20-host1.network", wanted: false));
    }

    [Fact]
    public async Task Observe_mode_writes_nothing()
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Trixie);
        await container.WriteFileAsync($"/etc/systemd/system/{Unit}.d/mode.conf", "[Service]\nEnvironment=NODEGUARD_ROUTES_MODE=observe NODEGUARD_UPDATES_MODE=observe\n");
        await InstallAsync(container);
        await container.IpAsync("addr", "add", "198.51.100.7/32", "dev", "host0");
        await container.UntilAsync(
            "the agent to know the address",
            async () => (await container.ExecAsync("nodeguard", "routes", "list")).Contains("198.51.100.7", StringComparison.Ordinal));
        await container.ExecAsync("systemctl", "reload", Unit);

        (await container.ShellAsync("find /run/systemd /etc/systemd -name 'zz-nodeguard.conf'")).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    [Trait("Invariant", "8")]
    public async Task Installed_it_guards_survives_a_reexec_and_leaves_nothing_behind_when_uninstalled(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        string before = await container.ShellAsync(ListTree);
        await InstallAsync(container);
        string pid = await MainPidAsync(container);
        File.Exists(container.ProcPath(GlobalDropIn)).ShouldBeTrue("READY=1 comes after the global drop-in");

        await container.ExecAsync("systemctl", "daemon-reexec");

        (await container.ExecAsync("systemctl", "is-active", Unit)).ShouldBe("active");
        (await MainPidAsync(container)).ShouldBe(pid);
        await container.ExecAsync("sh", $"{Package}/uninstall.sh");
        (await container.ShellAsync(ListTree)).ShouldBe(before);
    }

    private static async Task<LabContainer> BootInstalledAsync(string suite)
    {
        LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        await InstallAsync(container);
        return container;
    }

    private static async Task InstallAsync(LabContainer container)
    {
        container.Install(LabHost.NodeguardBinary(), $"{Package}/nodeguard");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(LabHost.RepositoryRoot, "deploy", "systemd")))
        {
            await container.WriteFileAsync($"{Package}/{Path.GetFileName(file)}", await File.ReadAllTextAsync(file));
        }

        await container.ExecAsync("sh", $"{Package}/install.sh", $"{Package}/nodeguard");
    }

    private static Task<string> MainPidAsync(LabContainer container) =>
        container.ExecAsync("systemctl", "show", "--property=MainPID", "--value", Unit);

    private static Task<bool> DropInsAsync(LabContainer container, string networkFile, bool wanted) =>
        Task.FromResult(File.Exists(container.ProcPath($"/run/systemd/network/{networkFile}.d/zz-nodeguard.conf")) == wanted);
}
