using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Config;

/// <summary>Files in, verdict out: the hosts that `nodeguard doctor` must tell apart.</summary>
public sealed class HostPreventionTests
{
    private const string Network = "/etc/systemd/network/10-eth0.network";
    private const string Debian12 = "252.39-1~deb12u2";

    [Fact]
    public void ABareHostIsExposedUntilItIsHardenedAndAgainWhenThatIsUndone()
    {
        using var host = Host();
        var prevention = new HostPrevention(host.Root);

        Diagnose(host).ExitCode.ShouldBe(1);
        prevention.Apply(Input(prevention, HardenMode.Persistent)).Outcomes.ShouldAllBe(outcome => outcome.Change == FileChange.Written);
        var hardened = Diagnose(host);
        hardened.ExitCode.ShouldBe(0);
        hardened.Findings.Single(finding => finding.Id == "rules").DecidedBy.ShouldBe(PreventionFile.PersistentGlobal + ":5");
        prevention.Apply(Input(prevention, HardenMode.Undo));
        Diagnose(host).ExitCode.ShouldBe(1);
    }

    [Fact]
    public void ACompetingDropInOfAnotherDirectoryIsNamedWithItsLine()
    {
        using var host = Host().With("/usr/lib/systemd/networkd.conf.d/zzz-vendor.conf", "# vendor\n[Network]\nManageForeignRoutes=yes\n");
        var prevention = new HostPrevention(host.Root);
        prevention.Apply(Input(prevention, HardenMode.Runtime)).Plan.Notes.ShouldHaveSingleItem();

        var diagnosis = Diagnose(host);

        diagnosis.ExitCode.ShouldBe(1);
        diagnosis.Findings.Single(finding => finding.Id == "competing/ManageForeignRoutes")
            .DecidedBy.ShouldBe("/usr/lib/systemd/networkd.conf.d/zzz-vendor.conf:3");
    }

    [Fact]
    public void AHostWithoutNetworkdHasNothingToGuardAgainst()
    {
        using var host = new FixtureRoot();
        var prevention = new HostPrevention(host.Root);

        var presence = prevention.Presence(running: false);

        presence.ShouldBe(NetworkdPresence.Absent);
        Doctor.Examine(prevention.ReadForDoctor(presence, null, null, null, _ => null)).ExitCode.ShouldBe(0);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void PresenceIsUnknownWhereNetworkdIsInstalledAndNobodyTellsWhetherItRuns()
    {
        using var host = Host();

        new HostPrevention(host.Root).Presence(running: null).ShouldBe(NetworkdPresence.Unknown);
        new HostPrevention(host.Root).Presence(running: false).ShouldBe(NetworkdPresence.Disabled);
        new HostPrevention(host.Root).Presence(running: true).ShouldBe(NetworkdPresence.Running);
    }

    [Fact]
    public void ANewerSystemdInAptsListsIsAPendingUpdate()
    {
        using var host = Host();
        new PendingSystemdUpdateReader(host.Root).Read().ShouldBeNull();

        host.With("/var/lib/dpkg/status", Stanza("libsystemd0", "300") + Stanza("systemd", Debian12, "Status: install ok installed\n"));
        new PendingSystemdUpdateReader(host.Root).Read().ShouldBeNull();

        host.With("/var/lib/apt/lists/deb_dists_bookworm_main_binary-amd64_Packages", Stanza("systemd", Debian12))
            .With("/var/lib/apt/lists/deb_dists_bookworm-backports_main_binary-amd64_Packages", Stanza("systemd", "254.5-1~bpo12+1"));
        new PendingSystemdUpdateReader(host.Root).Read().ShouldBeEmpty();

        host.With("/var/lib/apt/lists/deb_dists_bookworm-security_main_binary-amd64_Packages", Stanza("systemd", "252.39-1~deb12u3"));
        new PendingSystemdUpdateReader(host.Root).Read().ShouldHaveSingleItem()
            .ShouldBe(new PendingUpdate("systemd", Debian12, "252.39-1~deb12u3"));
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void ListsThatCannotBeReadAreUnknownAndNotFine()
    {
        using var host = Host()
            .With("/var/lib/dpkg/status", Stanza("systemd", Debian12, "Status: install ok installed\n"))
            .With("/var/lib/apt/lists/deb_dists_bookworm_main_binary-amd64_Packages.lz4", "?");

        new PendingSystemdUpdateReader(host.Root).Read().ShouldBeNull();
    }

    private static string Stanza(string package, string version, string status = "") =>
        $"Package: {package}\n{status}Architecture: amd64\nVersion: {version}\nDescription: x\n y\n\n";

    private static FixtureRoot Host() =>
        new FixtureRoot()
            .With(Network, "[Match]\nName=eth0\n[Network]\nAddress=192.0.2.1/24\n")
            .With("/usr/lib/systemd/system/systemd-networkd.service", "[Service]\n")
            .With("/etc/systemd/networkd.conf", "[Network]\n#ManageForeignRoutes=yes\n");

    private static IReadOnlyList<ObservedLink> Links => [new ObservedLink(2, "eth0", Network)];

    private static PreventionInput Input(HostPrevention prevention, HardenMode mode) =>
        prevention.Read(mode, SystemdVersion.Parse(Debian12), Links, _ => true);

    private static Diagnosis Diagnose(FixtureRoot host) =>
        Doctor.Examine(new HostPrevention(host.Root).ReadForDoctor(
            NetworkdPresence.Running, Debian12, Links, new ForeignCounts(250, 250, 0, 1), _ => true));
}
