using NodeGuard.Linux.Systemd;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd;

public sealed class NetworkdProcessTests : IDisposable
{
    private const string Executable = "/usr/lib/systemd/systemd-networkd";

    private readonly ProcTree _proc = new();

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void Networkd_is_known_by_its_invocation()
    {
        _proc.AddProcess(1, "systemd", "/sbin/init");
        _proc.AddProcess(47, "systemd-network", Executable, "LANG=C\0INVOCATION_ID=0123abcd\0NOTIFY_SOCKET=/run/systemd/notify\0");

        NetworkdProcess.Find(_proc.Root).ShouldBe(new NetworkdProcess(47, "0123abcd"));
    }

    [Fact]
    public void Where_its_environment_is_not_readable_its_start_time_tells_two_starts_apart()
    {
        _proc.AddProcess(47, "systemd-network", Executable);

        // ProcTree's stat holds at each field from the fifth on the number of that field; the start time is field 22.
        NetworkdProcess.Find(_proc.Root).ShouldBe(new NetworkdProcess(47, "47@22"));
    }

    [Fact]
    public void Another_program_whose_name_is_cut_to_the_same_15_characters_is_not_networkd()
    {
        _proc.AddProcess(46, "systemd-network", "/usr/lib/systemd/systemd-network-generator", "INVOCATION_ID=aa\0");

        NetworkdProcess.Find(_proc.Root).ShouldBeNull();
    }

    [Fact]
    public void A_process_that_went_away_during_the_scan_is_passed_over()
    {
        Directory.CreateDirectory(Path.Combine(_proc.Root, "46"));
        _proc.AddProcess(47, "systemd-network", Executable, "INVOCATION_ID=bb\0");

        NetworkdProcess.Find(_proc.Root).ShouldBe(new NetworkdProcess(47, "bb"));
    }

    [Fact]
    public void The_networkd_of_a_container_is_passed_over_for_the_one_of_our_network_namespace()
    {
        string ours = new FileInfo("/proc/self/ns/net").LinkTarget!;
        _proc.AddProcess(46, "systemd-network", Executable, "INVOCATION_ID=cc\0", networkNamespace: "net:[1]");
        NetworkdProcess.Find(_proc.Root).ShouldBeNull();

        _proc.AddProcess(47, "systemd-network", Executable, "INVOCATION_ID=dd\0", networkNamespace: ours);

        NetworkdProcess.Find(_proc.Root).ShouldBe(new NetworkdProcess(47, "dd"));
    }
}
