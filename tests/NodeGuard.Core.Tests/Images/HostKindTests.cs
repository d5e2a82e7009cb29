using NodeGuard.Core.Images;
using NodeGuard.Core.Updates;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Images;

/// <summary>What tells of a host what it is: os-release, mounts, command line, sysctl.d.</summary>
public sealed class HostKindTests
{
    [Theory]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\n", "debian-12", null, null)]
    [InlineData("ID=ubuntu\nVERSION_ID='24.04'\nIMAGE_ID=node\nIMAGE_VERSION=\"2026 \\\"a\\\"\"\n", "ubuntu-24.04", "node", "2026 \"a\"")]
    [InlineData("IMAGE_ID=first\nIMAGE_ID=second\n#IMAGE_ID=third\n", null, "second", null)]
    [InlineData("IMAGE_ID=\nIMAGE_VERSION=''\n", null, null, null)]
    [InlineData("MY_IMAGE_ID=x\nIMAGE_IDX=y\nIMAGE_ID", null, null, null)]
    [InlineData("IMAGE_ID=a\u001bb\n", null, null, null)]
    [InlineData("", null, null, null)]
    public void Os_release_is_read_as_a_shell_would(string text, string? distribution, string? id, string? version)
    {
        OsRelease release = OsRelease.Read(text);

        release.Distribution.ShouldBe(distribution);
        release.ImageId.ShouldBe(id);
        release.ImageVersion.ShouldBe(version);
    }

    [Fact]
    public void Whatever_is_in_os_release_nothing_is_thrown_and_values_are_short_and_printable()
    {
        const string good = "ID=\"debian\"\nVERSION_ID='12'\nIMAGE_ID=node\\ 1\nIMAGE_VERSION=20261122.1\n";
        var random = new Random(9);
        for (int i = 0; i < FuzzScale.Cases(3000); i++)
        {
            char[] text = good.ToCharArray();
            for (int change = random.Next(1, 8); change > 0; change--)
                text[random.Next(text.Length)] = random.Next(2) == 0 ? (char)random.Next(256) : good[random.Next(good.Length)];
            OsRelease release = OsRelease.Read(new string(text)[..random.Next(text.Length)]);

            foreach (string? value in new[] { release.Id, release.VersionId, release.ImageId, release.ImageVersion })
                (value is null || (value.Length is > 0 and <= 256 && !value.Any(char.IsControl))).ShouldBeTrue();
        }

        OsRelease.Read($"IMAGE_ID={new string('a', 5_000_000)}").ImageId.ShouldBeNull();
    }

    [Theory]
    [InlineData("debian", false, false, "", "", HostKind.Plain)]
    [InlineData("talos", false, false, "", "", HostKind.Talos)]
    [InlineData("bottlerocket", false, false, "", "", HostKind.Bottlerocket)]
    [InlineData("flatcar", false, false, "", "verity.usrhash=1", HostKind.Flatcar)]
    [InlineData("fedora", true, true, "", "", HostKind.Bootc)]
    [InlineData("fedora", true, false, "", "", HostKind.Ostree)]
    [InlineData("centos", false, true, "composefs / overlay ro 0 0\n", "", HostKind.Bootc)]
    [InlineData("fedora", false, true, "/dev/vda1 / ext4 rw 0 0\n", "", HostKind.Plain)]
    [InlineData("arch", false, false, "composefs / overlay ro 0 0\n", "", HostKind.Verity)]
    [InlineData("debian", false, false, "/dev/mapper/usr /usr erofs ro 0 0\n", "ro usrhash=0123 quiet", HostKind.Verity)]
    [InlineData("debian", false, false, "x /mnt composefs ro 0 0\n", "noroothash=1", HostKind.Plain)]
    public void Hosts_that_are_images_already_are_recognised(string id, bool ostree, bool bootc, string mounts, string commandLine, HostKind kind)
    {
        HostKind found = HostKinds.Of(new HostKindFacts { Os = OsRelease.Read($"ID={id}\n"), OstreeBooted = ostree, HasBootc = bootc, Mounts = mounts, CommandLine = commandLine });

        found.ShouldBe(kind);
        (HostKinds.Told(kind) is null).ShouldBe(kind == HostKind.Plain);
    }

    [Theory]
    [InlineData("BOOT_IMAGE=/vmlinuz-6.1 root=UUID=0-1 ro quiet", "ro quiet")]
    [InlineData("initrd=\\efi\\initrd root=PARTUUID=2 console=tty0  console=ttyS0", "console=tty0 console=ttyS0")]
    [InlineData("root=/dev/vda1 roothash=12 ip=10.0.0.1::10.0.0.254 ostree=/ostree/boot.1/x", "root=/dev/vda1 roothash=12")]
    [InlineData("", "")]
    public void Of_a_command_line_what_names_one_machine_is_left_out(string line, string stable) => KernelCommandLine.Stable(line).ShouldBe(stable);

    [Theory]
    [InlineData("net.ipv4.ip_forward", "net/ipv4/ip_forward")]
    [InlineData("net/ipv4/conf/eth0.100/rp_filter", "net/ipv4/conf/eth0.100/rp_filter")]
    [InlineData("net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter")]
    [InlineData("../../etc/shadow", null)]
    [InlineData("net/../../x", null)]
    [InlineData("/etc/shadow", null)]
    [InlineData("a b", null)]
    [InlineData("", null)]
    public void Names_of_sysctls_lead_nowhere_else(string name, string? path)
    {
        Sysctl.PathOf(name).ShouldBe(path);
        if (path is not null)
            Sysctl.PathOf(Sysctl.NameOf(path)).ShouldBe(path);
    }

    [Fact]
    public void A_file_of_sysctls_is_read_as_systemd_reads_it()
    {
        var problems = new ParseProblems();

        IReadOnlyDictionary<string, string> set = Sysctl.ReadFile(
            "# comment\n; comment\nnet.ipv4.ip_forward = 0\nnet.ipv4.ip_forward=1\n-kernel.panic=10\nnet.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\nkernel.printk = 3\t4 1  3\n../x=1\n",
            problems, "90-node.conf");

        set.Select(static pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal).ShouldBe(["kernel/panic=10", "kernel/printk=3 4 1 3", "net/ipv4/ip_forward=1"]);
        problems.ToList().ShouldBe(["90-node.conf: \"../x\" is no name of a sysctl"]);
    }
}
