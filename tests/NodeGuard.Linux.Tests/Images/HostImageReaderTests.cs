using NodeGuard.Core.Files;
using NodeGuard.Core.Images;
using NodeGuard.Linux.Images;
using NodeGuard.Linux.Tests.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Images;

/// <summary>A prepared root, written down, changed, and compared with what was written down.</summary>
public sealed class HostImageReaderTests : IDisposable
{
    private const string Status = "/var/lib/dpkg/status";
    private const string Bash = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n";
    private const string Curl = "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.88-1\n\n";

    private readonly FixtureRoot _host = new();
    private readonly FixtureRoot _proc = new();
    private readonly HostImageReader _reader;

    public HostImageReaderTests()
    {
        _host.With("/etc/os-release", "ID=debian\nVERSION_ID=12\nIMAGE_ID=node\nIMAGE_VERSION=1\n").With(Status, Bash + Curl)
            .With("/etc/systemd/networkd.conf", "[Network]\n#SpeedMeter=no\n").With("/etc/systemd/networkd.conf.d/90-nodeguard.conf", "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n")
            .Linked("/etc/systemd/system/apt-daily.timer", "/dev/null").With("/etc/sysctl.d/90-node.conf", "net.ipv4.ip_forward = 1\nkernel.not_here=1\n").With("/usr/lib/sysctl.d/50-x.conf", "kernel.panic=10\n")
            .With("/run/systemd/system/x", "");
        _proc.With("/sys/kernel/osrelease", "6.1.0-41-amd64\n").With("/cmdline", "BOOT_IMAGE=/vmlinuz root=UUID=1 ro quiet\n")
            .With("/sys/net/ipv4/ip_forward", "1\n").With("/sys/kernel/panic", "10\n").With("/self/mounts", "/dev/vda1 / ext4 rw 0 0\n");
        _reader = new HostImageReader(_host.Root, _proc.Map(""), TimeProvider.System);
    }

    public void Dispose()
    {
        _host.Dispose();
        _proc.Dispose();
    }

    [Fact]
    public void A_manifest_tells_what_is_on_the_host()
    {
        ImageManifest manifest = Make();

        manifest.Title.ShouldBe("node 1");
        manifest.Distribution.ShouldBe("debian-12");
        manifest.Kernel.ShouldBe("6.1.0-41-amd64");
        manifest.Packages!.Select(static package => $"{package.FullName} {package.Version}").ShouldBe(["bash:amd64 5.2-1", "curl:amd64 7.88-1"]);
        manifest.Files!.Select(static file => file.Path).ShouldBe(["/etc/os-release", "/etc/sysctl.d/90-node.conf", "/etc/systemd/networkd.conf", "/etc/systemd/networkd.conf.d/90-nodeguard.conf"]);
        manifest.Masks.ShouldBe(["apt-daily.timer"]);
        manifest.Networkd!.Select(static setting => $"{setting.Name}={setting.Value}").ShouldBe(["Network.ManageForeignRoutes=no", "Network.ManageForeignRoutingPolicyRules=no"]);
        manifest.CommandLine.ShouldBe("ro quiet");
        manifest.Sysctls!.Select(static setting => $"{setting.Name}={setting.Value}").ShouldBe(["kernel.panic=10", "net.ipv4.ip_forward=1"]);
        Found(manifest).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("write", Status, Bash + "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.88-2\n\n", "package curl:amd64 is 7.88-2, and the image has 7.88-1")]
    [InlineData("write", Status, Bash, "package curl:amd64 is gone")]
    [InlineData("write", Status, Bash + Curl + "Package: nmap\nStatus: install ok unpacked\nArchitecture: amd64\nVersion: 7.93\n\n", "package nmap:amd64 was added: 7.93 (unpacked)")]
    [InlineData("write", "/etc/sysctl.d/99-late.conf", "net.ipv4.ip_forward=0\n", "file /etc/sysctl.d/99-late.conf was added: 0644 sha256:ae8e26f276e9")]
    [InlineData("delete", "/etc/sysctl.d/90-node.conf", "", "file /etc/sysctl.d/90-node.conf is gone")]
    [InlineData("delete", "/etc/systemd/system/apt-daily.timer", "", "unit apt-daily.timer is not masked, and the image has masked")]
    [InlineData("link", "/run/systemd/system/kubelet.service", "/dev/null", "unit kubelet.service is masked, and the image has not masked")]
    [InlineData("link", "/etc/systemd/system/multi-user.target.wants/x.service", "/lib/systemd/system/x.service", "file /etc/systemd/system/multi-user.target.wants/x.service was added: link to /lib/systemd/system/x.service")]
    [InlineData("write", "/run/systemd/networkd.conf.d/99-site.conf", "[Network]\nManageForeignRoutes=yes\n", "networkd's Network.ManageForeignRoutes is yes, and the image has no")]
    [InlineData("mode", "/etc/systemd/networkd.conf", "", "file /etc/systemd/networkd.conf is 0666 sha256:*, and the image has 0644 sha256:*")]
    [InlineData("proc", "/sys/net/ipv4/ip_forward", "0\n", "sysctl net.ipv4.ip_forward is 0, and the image has 1")]
    [InlineData("proc", "/cmdline", "root=UUID=2 ro quiet mitigations=off\n", "kernel command line word mitigations=off was added")]
    [InlineData("proc", "/sys/kernel/osrelease", "6.1.0-42-amd64\n", "kernel is 6.1.0-42-amd64, and the image has 6.1.0-41-amd64")]
    public void A_change_is_found_and_named(string how, string path, string content, string told)
    {
        ImageManifest manifest = Make();
        switch (how)
        {
            case "write":
                _host.With(path, content);
                break;
            case "proc":
                _proc.With(path, content);
                break;
            case "link":
                _host.Linked(path, content);
                break;
            case "mode":
                File.SetUnixFileMode(_host.Map(path), (UnixFileMode)0b110_110_110);
                break;
            default:
                File.Delete(_host.Map(path));
                break;
        }

        string found = Found(manifest).ShouldHaveSingleItem();
        (told.Contains('*', StringComparison.Ordinal) ? System.Text.RegularExpressions.Regex.Replace(found, "sha256:[0-9a-f]+", "sha256:*") : found).ShouldBe(told);
    }

    [Fact]
    public void What_the_agent_itself_writes_is_no_drift()
    {
        ImageManifest manifest = Make();
        _host.With("/run/systemd/networkd.conf.d/zz-nodeguard.conf", OwnFile.Marker + ". x\n[Network]\nManageForeignNextHops=no\n")
            .With("/etc/systemd/networkd.conf.d/zz-nodeguard.conf", OwnFile.Marker + ". x\n[Network]\nManageForeignNextHops=no\n")
            .With("/etc/systemd/system/apt-daily.service.d/zz-nodeguard.conf", OwnFile.Marker + ". x\n[Unit]\nConditionPathExists=/run/nodeguard/update-permit\n")
            .With("/etc/needrestart/conf.d/nodeguard.conf", OwnFile.Marker + ". x\n");

        Found(manifest).ShouldBeEmpty();
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("gone", "is not there, and of other package managers")]
    [InlineData("torn", "cannot be trusted")]
    [InlineData("journal", "dpkg is at work")]
    public void Packages_that_cannot_be_told_are_unknown(string how, string why)
    {
        ImageManifest manifest = Make();
        if (how == "gone")
            File.Delete(_host.Map(Status));
        else if (how == "torn")
            _host.With(Status, (Bash + Curl)[..^20]);
        else
            _host.With("/var/lib/dpkg/updates/0000", "Package: curl\n");

        HostImage host = _reader.Read(ImageScope.Of(manifest));
        ImageComparison comparison = DriftFinder.Compare(manifest, host);

        comparison.Differences.ShouldBeEmpty();
        comparison.Unknown.ShouldHaveSingleItem().Reason.ShouldContain(why);
    }

    [Fact]
    public void Of_a_tree_that_no_kernel_runs_settings_come_from_its_files()
    {
        HostImage tree = new HostImageReader(_host.Root, null, TimeProvider.System).Read(new ImageScope(["/etc"], [], null));

        tree.Sysctls.Value!.Select(static setting => $"{setting.Name}={setting.Value}").ShouldBe(["kernel.not_here=1", "kernel.panic=10", "net.ipv4.ip_forward=1"]);
        tree.Kernel.Problem.ShouldNotBeNull();
        tree.CommandLine.Problem.ShouldNotBeNull();
    }

    [Fact]
    public void A_manifest_that_is_missing_torn_or_no_file_is_refused_with_its_name()
    {
        string path = _host.Map("/manifest.json");
        Problem(path).ShouldContain("there is no manifest shown.json");
        byte[] whole = ManifestWriter.Write(Make());
        File.WriteAllBytes(path, whole[..^40]);
        Problem(path).ShouldContain("the manifest shown.json cannot be used: it is no whole JSON text");
        File.WriteAllBytes(path, whole);
        ManifestFile.Read(path, "shown.json").ShouldBeOfType<ManifestReading.Read>();
        Problem(_host.Map("/etc")).ShouldContain("the manifest shown.json cannot be read");

        static string Problem(string path) => ManifestFile.Read(path, "shown.json").ShouldBeOfType<ManifestReading.Refused>().Problem;
    }

    [Fact]
    public void Of_a_long_history_of_apt_the_end_is_read_and_one_that_cannot_be_read_is_none()
    {
        var history = new AptHistoryFile(_host.Root);
        history.Read().ShouldBeNull();
        _host.With("/var/log/apt/history.log", string.Concat(Enumerable.Repeat("Start-Date: 2026-01-01  00:00:00\nCommandline: apt-get install filler\n\n", 20_000)) + "Start-Date: 2026-11-22  16:00:00\nCommandline: apt install nmap\nInstall: nmap:amd64 (7.93)\n");

        history.Read()![^1].Told.ShouldBe("apt install nmap, 2026-11-22 16:00:00");
    }

    private ImageManifest Make()
    {
        (ImageManifest manifest, IReadOnlyList<string> missing) = ManifestMaker.Make(
            _reader.Read(new ImageScope(ManifestMaker.DefaultGuarded, [], null)), new ImageIdentity("node", "1") { Guarded = ManifestMaker.DefaultGuarded });
        missing.ShouldBeEmpty();
        return manifest;
    }

    private IReadOnlyList<string> Found(ImageManifest manifest)
    {
        ImageComparison comparison = DriftFinder.Compare(manifest, _reader.Read(ImageScope.Of(manifest)));
        comparison.Unknown.ShouldBeEmpty();
        return [.. comparison.Differences.Select(DriftText.Of)];
    }
}
