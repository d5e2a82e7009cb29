using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Images;

/// <summary>Something that is done to a host, and what has to be told of it.</summary>
internal sealed record DriftChange(string What, string Kind, string Name, Func<LabContainer, Task> Make)
{
    private const string Terminal = "/etc/sysctl.d/\e[2J\n.conf";

    public static readonly IReadOnlyList<DriftChange> All =
    [
        File("a comment in a file", "/etc/systemd/networkd.conf.d/90-lab.conf", "echo '# x' >> /etc/systemd/networkd.conf.d/90-lab.conf"),
        File("a mode", "/etc/sysctl.d/90-lab.conf", "chmod 0666 /etc/sysctl.d/90-lab.conf"),
        File("a file added", "/etc/apt/apt.conf.d/99-lab-added", "echo 'APT::Periodic::Enable \"1\";' > /etc/apt/apt.conf.d/99-lab-added"),
        File("a file gone", "/etc/modules-load.d/lab.conf", "rm /etc/modules-load.d/lab.conf"),
        File("a link turned", "/etc/systemd/system/lab.service", "ln -sfn /usr/lib/systemd/system/emergency.service /etc/systemd/system/lab.service"),
        File("a file become a link", "/etc/udev/rules.d/90-lab.rules", "ln -sf /opt/rules /etc/udev/rules.d/90-lab.rules"),
        File("a file in a directory that was not there", "/etc/needrestart/conf.d/x.conf", "mkdir -p /etc/needrestart/conf.d; echo 1 > /etc/needrestart/conf.d/x.conf"),
        File("a drop-in", "/etc/systemd/system/ssh.service.d/override.conf", "mkdir -p /etc/systemd/system/ssh.service.d; echo '[Service]' > /etc/systemd/system/ssh.service.d/override.conf"),
        File("a file moved in", "/etc/netplan/99.yaml", "mkdir -p /etc/netplan; echo 'network: {}' > /var/tmp/99.yaml; mv /var/tmp/99.yaml /etc/netplan/"),
        File("a source of packages", "/etc/apt/sources.list.d/lab.list", "mkdir -p /etc/apt/sources.list.d; echo '# x' > /etc/apt/sources.list.d/lab.list"),
        File("a pin", "/etc/apt/preferences.d/lab", "printf 'Package: nothing\\nPin: version 1\\nPin-Priority: 1\\n' > /etc/apt/preferences.d/lab"),
        File("a module option", "/etc/modprobe.d/lab.conf", "echo 'options x y=1' > /etc/modprobe.d/lab.conf"),
        File("cloud-init's settings", "/etc/cloud/cloud.cfg.d/lab.cfg", "echo 'package_upgrade: true' > /etc/cloud/cloud.cfg.d/lab.cfg"),
        File("the same length and time of change", "/etc/sysctl.d/91-lab.conf", "touch -r /etc/sysctl.d/91-lab.conf /var/tmp/time; printf '# two\\n' > /etc/sysctl.d/91-lab.conf; touch -r /var/tmp/time /etc/sysctl.d/91-lab.conf"),
        File("a pipe", "/etc/systemd/network/pipe.network", "mkdir -p /etc/systemd/network; mkfifo /etc/systemd/network/pipe.network"),
        File("a name that steers terminals", Terminal, "printf '# x\\n' > \"$(printf '/etc/sysctl.d/\\033[2J\\n.conf')\""),
        File("a file that bears NodeGuard's name", "/etc/systemd/system/ssh.service.d/zz-nodeguard.conf", "echo '[Service]' > /etc/systemd/system/ssh.service.d/zz-nodeguard.conf"),
        new("the stamp", "image", "IMAGE_VERSION", Shell("sed -i s/IMAGE_VERSION=1/IMAGE_VERSION=2/ /etc/os-release")),
        new("the file of the stamp", "file", "/etc/os-release", static _ => Task.CompletedTask),
        new("a unit unmasked", "mask", "fwupd-refresh.timer", Shell("rm /etc/systemd/system/fwupd-refresh.timer")),
        new("a unit masked", "mask", "kubelet.service", Shell("ln -s /dev/null /etc/systemd/system/kubelet.service")),
        new("a unit masked until the next boot", "mask", "cron.service", Shell("ln -s /dev/null /run/systemd/system/cron.service")),
        new("networkd's setting overruled", "networkd", "Network.ManageForeignRoutes", Shell("printf '[Network]\\nManageForeignRoutes=yes\\n' > /etc/systemd/networkd.conf.d/95-lab.conf")),
        new("networkd's setting under /run", "networkd", "Network.SpeedMeter", Shell("printf '[Network]\\nSpeedMeter=yes\\n' > /run/systemd/networkd.conf.d/96-lab.conf")),
        new("networkd's setting under /usr", "networkd", "DHCPv4.DUIDType", Shell("printf '[DHCPv4]\\nDUIDType=vendor\\n' > /usr/lib/systemd/networkd.conf.d/97-lab.conf")),
        new("a sysctl, beside a file", "sysctl", "net.ipv4.conf.all.rp_filter", Shell("echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo '# x' > /etc/sysctl.d/92-lab.conf")),
        new("another sysctl", "sysctl", "net.core.somaxconn", Shell("echo 128 > /proc/sys/net/core/somaxconn; echo '# y' > /etc/sysctl.d/92-lab.conf")),
        Package("an upgrade by apt", "lab-updated:all", $"apt-get install -q -y {UpdatableContainer.Package}=2", $"apt-get install -q -y {UpdatableContainer.Package}=2, "),
        Package("a package from apt", $"{DriftedHost.Other}:all", $"apt-get install -q -y {DriftedHost.Other}", $"apt-get install -q -y {DriftedHost.Other}, "),
        Package("a package removed by apt", $"{DriftedHost.Gone}:all", $"apt-get remove -q -y {DriftedHost.Gone}", $"apt-get remove -q -y {DriftedHost.Gone}, "),
        Package("a package past apt", $"{DriftedHost.Bypass}:all", $"dpkg -i {DriftedHost.Deb(DriftedHost.Bypass)}", "dpkg itself"),
        Package("a package removed past apt", $"{DriftedHost.Plain}:all", $"dpkg -r {DriftedHost.Plain}", "dpkg itself"),
        Package("a package unpacked only", $"{DriftedHost.Half}:all", $"dpkg --unpack {DriftedHost.Deb(DriftedHost.Half)}", "dpkg itself"),
    ];

    /// <summary>In what is told to have made it; null where nothing is.</summary>
    public string? Cause { get; private init; }

    private static DriftChange File(string what, string path, string script) => new(what, "file", path, Shell(script));

    private static DriftChange Package(string what, string name, string command, string cause) => new(what, "package", name, Shell(command)) { Cause = cause };

    private static Func<LabContainer, Task> Shell(string script) => container => container.ShellAsync(script);
}
