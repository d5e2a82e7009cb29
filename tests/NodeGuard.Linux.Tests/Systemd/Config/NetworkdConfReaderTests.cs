using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Config;

public sealed class NetworkdConfReaderTests
{
    private const string Yes = "[Network]\nManageForeignRoutes=yes\n";
    private const string No = "[Network]\nManageForeignRoutes=no\n";

    private static readonly SystemdVersion V252 = new(252, 39);
    private static readonly SystemdVersion V257 = new(257, 13);

    [Fact]
    public void DropInsOfAllDirectoriesAreAppliedByFileName()
    {
        using var host = new FixtureRoot()
            .With("/etc/systemd/networkd.conf", Yes)
            .With("/etc/systemd/networkd.conf.d/10-a.conf", Yes)
            .With("/usr/lib/systemd/networkd.conf.d/50-b.conf", No)
            .With("/run/systemd/networkd.conf.d/20-c.conf", Yes);

        var stack = new NetworkdConfReader(host.Root).ReadGlobal(V252);

        stack.Files.Select(file => Path.GetFileName(file.Path)).ShouldBe(["networkd.conf", "10-a.conf", "20-c.conf", "50-b.conf"]);
        var value = stack.FindBoolean("Network", "ManageForeignRoutes");
        (value.Value, value.Place).ShouldBe(("no", "/usr/lib/systemd/networkd.conf.d/50-b.conf:2"));
    }

    [Fact]
    public void OfFilesWithOneNameEtcWinsOverRunOverUsr()
    {
        using var host = new FixtureRoot()
            .With("/usr/lib/systemd/networkd.conf.d/x.conf", Yes)
            .With("/run/systemd/networkd.conf.d/x.conf", Yes)
            .With("/etc/systemd/networkd.conf.d/x.conf", No);

        new NetworkdConfReader(host.Root).ReadGlobal(V252).Files.ShouldHaveSingleItem()
            .Path.ShouldBe("/etc/systemd/networkd.conf.d/x.conf");
    }

    [Fact]
    public void ALinkToDevNullAndAnEmptyFileMaskTheSameNameElsewhere()
    {
        using var host = new FixtureRoot()
            .With("/usr/lib/systemd/networkd.conf.d/x.conf", No)
            .Linked("/etc/systemd/networkd.conf.d/x.conf", "/dev/null")
            .With("/usr/lib/systemd/networkd.conf.d/y.conf", No)
            .With("/run/systemd/networkd.conf.d/y.conf", "");

        new NetworkdConfReader(host.Root).ReadGlobal(V252)
            .FindBoolean("Network", "ManageForeignRoutes").State.ShouldBe(ConfigState.Unset);
    }

    [Fact]
    public void TheMainFileOutsideEtcCountsFrom256OnAndOnlyTheFirstFound()
    {
        using var host = new FixtureRoot().With("/usr/lib/systemd/networkd.conf", No);

        Value(host, V252).State.ShouldBe(ConfigState.Unset);
        Value(host, V257).Value.ShouldBe("no");
        host.With("/etc/systemd/networkd.conf", "[Network]\n");
        Value(host, V257).State.ShouldBe(ConfigState.Unset);
    }

    [Fact]
    public void AnAbsoluteLinkIsTakenBelowTheRoot()
    {
        using var host = new FixtureRoot()
            .With("/usr/share/site.conf", No)
            .Linked("/etc/systemd/networkd.conf.d/x.conf", "/usr/share/site.conf");

        Value(host, V252).Value.ShouldBe("no");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void LinksInACircleAndOversizedFilesAreUnknown()
    {
        using var circle = new FixtureRoot().Linked("/etc/systemd/networkd.conf.d/x.conf", "x.conf");
        using var large = new FixtureRoot().With("/etc/systemd/networkd.conf.d/x.conf", No + new string('#', 1024 * 1024));

        Value(circle, V252).State.ShouldBe(ConfigState.Unknown);
        Value(large, V252).State.ShouldBe(ConfigState.Unknown);
        Value(large, V252).Problem!.ShouldContain("larger than");
    }

    [Fact]
    public void ANetworkFileIsReadWithTheDropInsOfEveryDirectory()
    {
        const string File = "/run/systemd/network/10-netplan-eth0.network";
        using var host = new FixtureRoot()
            .With(File, "[Match]\nName=eth0\n[Network]\nDHCP=yes\n")
            .With("/etc/systemd/network/10-netplan-eth0.network.d/a.conf", "[Network]\nKeepConfiguration=dhcp\n")
            .With("/run/systemd/network/10-netplan-eth0.network.d/zz-nodeguard.conf", PreventionFile.NetworkContent);
        var reader = new NetworkdConfReader(host.Root);

        var found = KeepConfiguration.Find(reader.ReadNetwork(File));
        (found.Value, found.Line).ShouldBe(("static", 4));
        KeepConfiguration.Find(reader.ReadNetwork(File), path => path.EndsWith(PreventionFile.Name, StringComparison.Ordinal))
            .Place.ShouldBe("/etc/systemd/network/10-netplan-eth0.network.d/a.conf:2");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void ANetworkFileThatIsGoneIsUnknown()
    {
        using var host = new FixtureRoot();

        KeepConfiguration.Find(new NetworkdConfReader(host.Root).ReadNetwork("/run/systemd/network/x.network"))
            .State.ShouldBe(ConfigState.Unknown);
    }

    private static ConfigValue Value(FixtureRoot host, SystemdVersion version) =>
        new NetworkdConfReader(host.Root).ReadGlobal(version).FindBoolean("Network", "ManageForeignRoutes");
}
