using NodeGuard.Linux.Files;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Systemd.Bus;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Packages;

public sealed class TransientUnitArgumentsTests
{
    // Each of them gives the unit a mount namespace, which apt takes for a chroot.
    private static readonly string[] OwnView =
    [
        "PrivateNetwork", "PrivateTmp", "PrivateDevices", "PrivateUsers", "ProtectSystem", "ProtectHome", "ProtectProc", "ProtectKernelTunables", "ReadOnlyPaths",
        "ReadWritePaths", "InaccessiblePaths", "TemporaryFileSystem", "RootDirectory", "MountFlags", "PrivateMounts", "DynamicUser", "PrivateIPC",
    ];

    private static readonly HostCommand Command = new("apt-upgrade", "/usr/bin/apt-get", ["-f", "${Package} $HOME", "--", "a b;c"])
    {
        Timeout = TimeSpan.FromSeconds(7),
        OutputLimit = 4096,
        Environment = ["ZYPP_READONLY_HACK=1"],
    };

    [Fact]
    public void Every_container_that_is_opened_is_closed()
    {
        int depth = 0;
        foreach (BusArgument argument in Arguments())
        {
            depth += argument.Type switch { '(' => 1, ')' => -1, _ => 0 };
            depth.ShouldBeGreaterThanOrEqualTo(0);
        }

        depth.ShouldBe(0);
    }

    [Fact]
    public void The_program_gets_its_arguments_as_they_are_and_no_variable_of_systemd_in_them()
    {
        string[] texts = [.. Property("ExecStart").Select(argument => argument.Text!).Where(text => text is not null && !text.Contains("as", StringComparison.Ordinal) && text != "s")];

        texts.ShouldBe(["/usr/bin/apt-get", "/usr/bin/apt-get", "-f", "$${Package} $$HOME", "--", "a b;c"]);
    }

    [Fact]
    public void What_a_command_wants_in_its_environment_it_gets_besides_the_rest() =>
        Property("Environment").Where(argument => argument.Type == 's').Select(argument => argument.Text).ShouldBe(["LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "ZYPP_READONLY_HACK=1"]);

    [Theory]
    [InlineData("TimeoutStartUSec", 7_000_000UL)]
    [InlineData("LimitFSIZE", 4096UL)]
    [InlineData("LimitCORE", 0UL)]
    [InlineData("MemoryMax", 1UL << 30)]
    [InlineData("TasksMax", 64UL)]
    [InlineData("NoNewPrivileges", 1UL)]
    [InlineData("AddRef", 1UL)]
    // CAP_DAC_READ_SEARCH alone.
    [InlineData("CapabilityBoundingSet", 4UL)]
    public void It_is_bounded_and_has_no_privilege_but_to_read(string property, ulong value) =>
        Property(property).Single(argument => argument.Type is 't' or 'b').Number.ShouldBe(value);

    [Fact]
    public void Of_sockets_it_has_those_of_this_host_alone()
    {
        BusArgument[] families = Property("RestrictAddressFamilies");

        families.Single(argument => argument.Type == 'b').Number.ShouldBe(1UL, "an allow list");
        families.Where(argument => argument.Type == 's').Select(argument => argument.Text).ShouldBe(["AF_UNIX"]);
    }

    [Fact]
    public void Nothing_gives_it_a_view_of_its_own_of_the_file_system() => Names().ShouldNotContain(name => OwnView.Contains(name));

    [Fact]
    public void Whatever_becomes_of_it_systemd_forgets_it() =>
        Property("CollectMode").Single(argument => argument.Type == 's').Text.ShouldBe("inactive-or-failed");

    private static List<BusArgument> Arguments()
    {
        using MemoryFile output = MemoryFile.Create("o"), complaint = MemoryFile.Create("e");
        return [.. TransientUnitArguments.Of("nodeguard-ask-x.service", Command, output, complaint)];
    }

    private static IEnumerable<string> Names()
    {
        List<BusArgument> all = Arguments();
        return Enumerable.Range(0, all.Count - 1).Where(i => all[i] is { Type: '(', Text: "sv" }).Select(i => all[i + 1].Text!);
    }

    /// <summary>What is in the variant of a property.</summary>
    private static BusArgument[] Property(string name)
    {
        List<BusArgument> all = Arguments();
        int start = all.FindIndex(argument => argument is { Type: 's' } && argument.Text == name) + 2;
        start.ShouldBeGreaterThan(1, name);
        int depth = 1, end = start;
        for (; depth > 0; end++)
            depth += all[end].Type switch { '(' => 1, ')' => -1, _ => 0 };
        return [.. all[start..(end - 1)]];
    }
}
