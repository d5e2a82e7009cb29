using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Tests.Routing.Prevention;
using NodeGuard.Core.Updates.Pending;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Pending;

public sealed class HazardTests
{
    private static readonly DoctorInput Exposed = Hosts.Running("252.39", null, Hosts.Link()) with
    {
        Foreign = new ForeignCounts(250, 1, 0, 2),
        Needrestart = NeedrestartState.Absent,
    };

    private static readonly DoctorInput Immune = Exposed with { Networkd = NetworkdPresence.Absent };

    [Fact]
    public void A_pending_systemd_on_an_exposed_host_with_foreign_objects_is_a_hazard_with_what_it_would_cost()
    {
        var hazard = HazardDecision.Of(Pending("systemd", "vim"), Exposed);

        hazard.State.ShouldBe(HazardState.Hazard);
        hazard.Reason.ShouldBe("Updating systemd restarts systemd-networkd, which would delete 250 foreign rules, 1 foreign route and 2 foreign addresses.");
        hazard.Packages.ShouldBe(["systemd"]);
    }

    [Theory]
    [InlineData("systemd")]
    [InlineData("systemd-networkd")]
    [InlineData("systemd-network")]
    public void On_rpm_hosts_networkd_s_own_package_is_one_too(string name) => HazardDecision.Of(Pending(name, "systemd-udev"), Exposed).Packages.ShouldBe([name]);

    [Fact]
    public void Libraries_of_rpm_hosts_count_by_their_names() =>
        HazardDecision.Of(Pending("glibc", "glibc-langpack-en", "openssl-libs", "openssl"), Exposed with { Needrestart = NeedrestartState.MayRestart }).Packages.ShouldBe(["glibc", "openssl-libs"]);

    [Fact]
    public void What_restarts_nothing_is_no_hazard() =>
        HazardDecision.Of(Pending("vim", "libc6", "systemd-timesyncd"), Exposed).State.ShouldBe(HazardState.None);

    [Fact]
    public void A_systemd_that_was_unpacked_and_not_configured_restarts_networkd_when_it_is() =>
        HazardDecision.Of(Pending("vim") with { HalfDone = ["systemd", "libssl3"] }, Exposed with { Needrestart = NeedrestartState.MayRestart }).Packages.ShouldBe(["systemd"]);

    [Fact]
    public void A_library_is_one_where_needrestart_restarts_networkd_for_it()
    {
        HazardDecision.Of(Pending("libssl3t64"), Exposed with { Needrestart = NeedrestartState.MayRestart }).Packages.ShouldBe(["libssl3t64"]);
        HazardDecision.Of(Pending("libssl3"), Exposed with { Needrestart = NeedrestartState.Spares }).State.ShouldBe(HazardState.None);
        HazardDecision.Of(Pending("libssl-doc"), Exposed with { Needrestart = NeedrestartState.MayRestart }).State.ShouldBe(HazardState.None);
    }

    [Fact]
    public void A_host_that_would_lose_nothing_has_none()
    {
        HazardDecision.Of(Pending("systemd"), Immune).State.ShouldBe(HazardState.None);
        HazardDecision.Of(Pending("systemd"), Exposed with { Foreign = new ForeignCounts(0, 0, 0, 0) }).State.ShouldBe(HazardState.None);
    }

    [Theory]
    [InlineData(KeptBackReason.Held, HazardState.None)]
    [InlineData(KeptBackReason.Pinned, HazardState.None)]
    [InlineData(KeptBackReason.Phased, HazardState.Hazard)]
    [InlineData(KeptBackReason.NeedsChanges, HazardState.Hazard)]
    public void What_a_person_keeps_back_does_not_count_and_what_may_come_by_itself_does(KeptBackReason reason, HazardState expected)
    {
        var pending = Pending("systemd");
        pending = pending with { Packages = [.. pending.Packages!.Select(package => package with { KeptBack = reason })] };

        HazardDecision.Of(pending, Exposed).State.ShouldBe(expected);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void What_cannot_be_told_is_unknown_and_never_none()
    {
        HazardDecision.Of(PendingUpdates.Unknown("apt-get did not answer"), Exposed)
            .ShouldBe(new Hazard(HazardState.Unknown, "What is pending could not be told: apt-get did not answer.", []), HazardByContent.Instance);
        HazardDecision.Of(Pending("systemd"), null).State.ShouldBe(HazardState.Unknown);
        HazardDecision.Of(Pending("systemd"), Exposed with { Foreign = null }).State.ShouldBe(HazardState.Unknown);
        HazardDecision.Of(Pending("libssl3"), Exposed with { Needrestart = NeedrestartState.Unknown }).State.ShouldBe(HazardState.Unknown);
    }

    private static PendingUpdates Pending(params string[] names) => new()
    {
        Family = "apt",
        Packages =
        [
            .. names.Select(name => new PendingPackage
            {
                Name = name, Architecture = "amd64", Installed = "1", Candidate = "2", Origins = [], Security = true, KeptBack = KeptBackReason.None,
            }),
        ],
    };

    private sealed class HazardByContent : IEqualityComparer<Hazard>
    {
        public static readonly HazardByContent Instance = new();

        public bool Equals(Hazard? x, Hazard? y) => x?.State == y?.State && x?.Reason == y?.Reason && x!.Packages.SequenceEqual(y!.Packages);

        public int GetHashCode(Hazard obj) => obj.Reason.GetHashCode(StringComparison.Ordinal);
    }
}
