using NodeGuard.Agent.Cluster;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Cluster;

/// <summary>What a GuardedNode tells of the node's packages.</summary>
public sealed class NodeUpdatesReportTests
{
    [Theory]
    [Trait("Invariant", "11")]
    [InlineData(UpdateHold.NothingToHold)]
    [InlineData(UpdateHold.NothingToHold, HoldState.Absent)]
    [InlineData(UpdateHold.Held, HoldState.Held, HoldState.Absent, HoldState.Masked)]
    [InlineData(UpdateHold.Free, HoldState.Held, HoldState.Free)]
    [InlineData(UpdateHold.Free, HoldState.Held, HoldState.Running)]
    [InlineData(UpdateHold.Free, HoldState.WouldHold)]
    [InlineData(UpdateHold.Free, HoldState.ForeignDropIn, HoldState.Held)]
    [InlineData(UpdateHold.Unknown, HoldState.Held, HoldState.Waiting)]
    [InlineData(UpdateHold.Unknown, HoldState.Free, HoldState.Unknown)]
    public void A_node_is_held_only_when_every_unit_is(UpdateHold hold, params HoldState[] units) =>
        NodeUpdatesReport.Of(Hold(units), null)!.Hold.ShouldBe(hold.ToString());

    [Fact]
    public void A_permit_is_no_hold() => NodeUpdatesReport.Of(Hold(HoldState.Held) with { Permit = true }, null)!.Hold.ShouldBe("Free");

    [Fact]
    [Trait("Invariant", "11")]
    public void Nobody_has_looked_yet()
    {
        NodeUpdatesReport.Of(null, null).ShouldBeNull();
        NodeUpdatesReport.Of(null, Pending([]))!.Hold.ShouldBe("Unknown");
        NodeUpdatesReport.Of(Hold(), null)!.Pending.ShouldBeNull();
    }

    [Fact]
    public void What_nothing_keeps_back_is_told_security_first()
    {
        NodeUpdatesStatus told = NodeUpdatesReport.Of(null, Pending(
        [
            Package("bash", security: false), Package("zlib1g", security: true), Package("curl", security: true), Package("held", security: true) with { KeptBack = KeptBackReason.Held },
            Package("new", security: true) with { Installed = null }, Package("older", security: true) with { Downgrade = true },
        ]))!;

        told.Packages!.Select(static package => $"{package.Name} {package.Version} {package.Security}").ShouldBe(["curl:amd64 2 True", "zlib1g:amd64 2 True", "bash:amd64 2 "]);
        (told.Pending, told.Security, told.Hazard, told.HazardMessage, told.Problem).ShouldBe((3, 2, "None", "nothing", null));
    }

    [Fact]
    public void Of_more_than_fit_the_first_are_told_and_all_are_counted()
    {
        NodeUpdatesStatus told = NodeUpdatesReport.Of(null, Pending([.. Enumerable.Range(0, 500).Select(i => Package($"p{i:000}", security: i == 499))]))!;
        (told.Pending, told.Packages!.Count, told.Packages[0].Name).ShouldBe((500, PackageVersionText.Most, "p499:amd64"));
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void A_dpkg_that_broke_off_or_lists_that_nobody_could_read_are_not_nothing_pending()
    {
        NodeUpdatesStatus broken = NodeUpdatesReport.Of(null, Pending([Package("bash", security: true)], interrupted: "dpkg broke off"))!;
        (broken.Pending, broken.Packages, broken.Problem, broken.Interrupted).ShouldBe((null, null, "dpkg broke off", true));
        NodeUpdatesStatus unknown = NodeUpdatesReport.Of(null, Pending(null))!;
        (unknown.Pending, unknown.Problem, unknown.Interrupted).ShouldBe((null, "no lists", null));
    }

    private static UpdatesStatus Hold(params HoldState[] units) => new()
    {
        Released = false,
        Permit = false,
        Units = [.. units.Select(static state => new UpdateUnit { Unit = "u.service", State = state, Reason = "" })],
        Problems = [],
    };

    private static PendingStatus Pending(PendingPackage[]? packages, string? interrupted = null) => new()
    {
        LookedAt = DateTimeOffset.UnixEpoch,
        Seconds = 1,
        Updates = new PendingUpdates { Packages = packages, Interrupted = interrupted, Problems = packages is null ? ["no lists"] : [] },
        Reboot = new RebootNeed(false, []),
        Hazard = new Hazard(HazardState.None, "nothing", []),
    };

    private static PendingPackage Package(string name, bool security) => new()
    {
        Name = name,
        Architecture = "amd64",
        Installed = "1",
        Candidate = "2",
        Origins = [],
        Security = security,
        KeptBack = KeptBackReason.None,
    };
}
