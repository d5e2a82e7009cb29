using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using NodeGuard.Linux.Systemd;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd;

public sealed class NetworkdSocketsTests : IDisposable
{
    private const int Pid = 47;
    private const string Header = "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n";

    private readonly ProcTree _proc = new();

    public void Dispose() => _proc.Dispose();

    [Theory]
    [InlineData("247")]
    [InlineData("252")]
    [InlineData("257")]
    public void The_socket_inherited_from_the_socket_unit_has_the_portid_of_PID_1(string version)
    {
        _proc.AddDescriptors(Pid, Fixture($"{version}-networkd-fd"));
        _proc.SetNetlinkTable(Fixture($"{version}-proc-net-netlink"));

        NetworkdSockets.Find(_proc.Root, Pid).ShouldBeOfType<NetworkdSockets.Found>().PortIds.ShouldBe([1u]);
    }

    [Theory]
    [InlineData("3329938286")]
    [InlineData("-965029010")]
    public void A_portid_chosen_after_a_collision_is_read_in_either_sign(string printed)
    {
        _proc.AddDescriptors(Pid, "3 -> socket:[33573]");
        _proc.SetNetlinkTable(Header + Row("0", printed, "800405dd", "33573"));

        NetworkdSockets.Find(_proc.Root, Pid).ShouldBeOfType<NetworkdSockets.Found>().PortIds.ShouldBe([3329938286u]);
    }

    [Fact]
    public void Every_rtnetlink_socket_of_networkd_is_found_and_none_of_another_protocol_or_process()
    {
        _proc.AddDescriptors(Pid, "3 -> socket:[10]\n4 -> socket:[11]\n5 -> socket:[12]\n6 -> anon_inode:[pidfd]");
        _proc.SetNetlinkTable(Header + Row("0", "1", "800405dd", "10") + Row("0", "47", "00000000", "11")
            + Row("16", "47", "00000000", "12") + Row("0", "99", "800405dd", "13"));

        NetworkdSockets.Find(_proc.Root, Pid).ShouldBeOfType<NetworkdSockets.Found>().PortIds.ShouldBe([1u, 47u]);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void A_networkd_without_a_socket_in_this_namespace_is_unknown_and_the_message_names_it()
    {
        _proc.AddDescriptors(Pid, "3 -> socket:[10]");
        _proc.SetNetlinkTable(Header + Row("0", "1", "800405dd", "20"));

        NetworkdSockets.Find(_proc.Root, Pid).ShouldBeOfType<NetworkdSockets.Unknown>().Problem.ShouldContain("pid 47");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void Descriptors_that_can_be_listed_and_not_followed_are_as_good_as_none()
    {
        // What the kernel shows without CAP_SYS_PTRACE, as an entry of which no target can be read.
        Directory.CreateDirectory($"{_proc.Root}/{Pid}/fd");
        File.WriteAllText($"{_proc.Root}/{Pid}/fd/3", "");
        _proc.SetNetlinkTable(Header + Row("0", "1", "800405dd", "10") + Row("0", "88", "00000111", "12"));

        var assumed = NetworkdSockets.Find(_proc.Root, Pid).ShouldBeOfType<NetworkdSockets.Assumed>();

        assumed.PortIds.ShouldBe([1u]);
        assumed.Problem.ShouldContain("CAP_SYS_PTRACE");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void Without_its_descriptors_the_sockets_that_listen_as_networkd_are_assumed_and_the_missing_right_is_named()
    {
        _proc.SetNetlinkTable(Header + Row("0", "1", "800405dd", "10") + Row("0", "77", "00000551", "11")
            + Row("0", "88", "00000111", "12") + Row("16", "99", "800405dd", "13"));

        var assumed = NetworkdSockets.Find(_proc.Root, Pid).ShouldBeOfType<NetworkdSockets.Assumed>();

        assumed.PortIds.ShouldBe([1u, 77u]);
        assumed.Problem.ShouldContain("CAP_SYS_PTRACE");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void Neither_descriptors_nor_a_socket_that_listens_as_networkd_is_unknown()
    {
        _proc.SetNetlinkTable(Header + Row("0", "88", "00000111", "12"));

        NetworkdSockets.Find(_proc.Root, Pid).ShouldBeOfType<NetworkdSockets.Unknown>();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void Without_the_kernels_table_it_is_unknown_and_the_file_is_named()
    {
        _proc.AddDescriptors(Pid, "3 -> socket:[10]");

        NetworkdSockets.Find(_proc.Root, Pid).ShouldBeOfType<NetworkdSockets.Unknown>().Problem.ShouldContain("net/netlink");
    }

    [Theory]
    [InlineData("7", "00000440\0")]
    [InlineData("7\0", "00000440")]
    public void A_number_with_a_zero_byte_behind_it_is_none(string portId, string groups)
    {
        NetworkdSockets.ParseRows(["header", Row("0", portId, groups, "10"), Row("0", "7", "00000440", "11")]).ShouldHaveSingleItem().Inode.ShouldBe("11");
    }

    [Fact]
    public void A_mangled_table_never_throws_and_yields_only_what_one_of_its_lines_says()
    {
        string table = Fixture("257-proc-net-netlink");
        // A fixed seed, so that a failure can be repeated.
        var random = new Random(1361);
        for (int i = 0; i < FuzzScale.Cases(20_000); i++)
        {
            string mangled = Mangle(table, random);
            string[] lines = mangled.Split('\n');
            foreach (NetworkdSockets.Row row in NetworkdSockets.ParseRows(lines))
            {
                bool told = row.PortId != 0 && lines.Any(line => Says(line, row));
                if (!told)
                {
                    throw new InvalidOperationException($"case {i}: no line says {row}\n{mangled}");
                }
            }
        }
    }

    /// <summary>Numbers are compared by value: a mangled one may carry a sign or leading zeros.</summary>
    private static bool Says(string line, NetworkdSockets.Row row)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length >= 10 && fields[1] == "0" && fields[9] == row.Inode
            && BigInteger.TryParse(fields[2], CultureInfo.InvariantCulture, out BigInteger portId)
            && (portId == row.PortId || portId + (BigInteger.One << 32) == row.PortId)
            // The leading zero keeps a mask with its highest bit set positive.
            && BigInteger.TryParse("0" + fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out BigInteger groups)
            && groups == row.Groups;
    }

    private static string Mangle(string text, Random random)
    {
        char[] characters = text.ToCharArray();
        for (int flips = random.Next(1, 12); flips > 0; flips--)
        {
            characters[random.Next(characters.Length)] = "0123456789abcdef -+\n\0\uffff"[random.Next(22)];
        }

        return random.Next(3) == 0 ? new string(characters, 0, random.Next(characters.Length)) : new string(characters);
    }

    private static string Row(string protocol, string portId, string groups, string inode) =>
        $"0000000000a6dcd2 {protocol,-3} {portId,-10} {groups} 0        0        0     2        0        {inode,-8}\n";

    private static string Fixture(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../fixtures/networkd", name));
}
