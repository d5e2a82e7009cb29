using NodeGuard.Core.Files;
using NodeGuard.Core.Routing.Prevention;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Routing.Prevention.Hosts;

namespace NodeGuard.Core.Tests.Routing.Prevention;

public sealed class PreventionPlannerTests
{
    private const string Global = "/run/systemd/networkd.conf.d/zz-nodeguard.conf";

    [Fact]
    public void RuntimeModeWritesTheGlobalDropInAndOneForEachLinkWithForeignObjects()
    {
        var plan = PreventionPlanner.Plan(Plan(links: [Link(), Link("eth1", foreign: false, "/run/systemd/network/20-eth1.network")]));

        plan.Writes.Select(write => write.Path).ShouldBe([LinkDropIn, Global], ignoreOrder: true);
        plan.Writes.ShouldAllBe(write => write.Content.StartsWith("# Written by NodeGuard", StringComparison.Ordinal));
        plan.Writes.Single(write => write.Path == LinkDropIn).Content.ShouldEndWith("[Network]\nKeepConfiguration=static\n");
        plan.Notes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("247.3", "ManageForeignRoutes=no")]
    [InlineData("249.2", "ManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no")]
    [InlineData("252.39", "ManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no")]
    [InlineData("262", "ManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\nManageForeignNextHops=no")]
    public void OnlyOptionsThatTheReleaseKnowsAreWritten(string version, string options) =>
        PreventionPlanner.Plan(Plan(version: version)).Writes.Single(write => write.Path == Global)
            .Content.ShouldEndWith($"[Network]\n{options}\n");

    [Fact]
    public void AReleaseWithoutOptionsGetsNoGlobalFileAndANote()
    {
        var plan = PreventionPlanner.Plan(Plan(version: "245"));

        plan.Writes.ShouldNotContain(write => write.Path == Global);
        plan.Notes.ShouldHaveSingleItem().Message.ShouldContain("245");
    }

    [Theory]
    [InlineData(HardenMode.Off)]
    [InlineData(HardenMode.Runtime)]
    [InlineData(HardenMode.Persistent)]
    [InlineData(HardenMode.Undo)]
    public void OnceAppliedThePlanChangesNothingMore(HardenMode mode)
    {
        var before = Plan(mode, existing: PreventionPlanner.Plan(Plan()).Writes.Select(Written).ToList(), needrestart: true);
        var after = before with { Existing = After(before, PreventionPlanner.Plan(before)) };

        PreventionPlanner.Plan(after).ChangesNothing.ShouldBeTrue();
    }

    [Theory]
    [InlineData("static", 0)]
    [InlineData("yes", 0)]
    [InlineData("no", 1)]
    [InlineData("dhcp", 1)]
    public void ANetworkFileThatSaysItsOwnIsNotOverruled(string value, int notes)
    {
        var plan = PreventionPlanner.Plan(Plan(links: [Link(config: File(Network, $"KeepConfiguration={value}"))]));

        plan.Writes.ShouldNotContain(write => write.Path == LinkDropIn);
        plan.Notes.Count.ShouldBe(notes);
        plan.Notes.ShouldAllBe(note => note.Message.Contains($"{Network}:2", StringComparison.Ordinal));
    }

    [Fact]
    public void OurOwnDropInDoesNotCountAsTheNetworkFilesWord()
    {
        var ours = new ExistingFile(LinkDropIn, PreventionFile.NetworkContent);
        var link = Link(config: [new ConfigFile(Network, []), File(LinkDropIn, "KeepConfiguration=static")]);

        var plan = PreventionPlanner.Plan(Plan(links: [link], existing: [ours]));

        plan.Removals.ShouldBeEmpty();
        plan.Writes.ShouldNotContain(write => write.Path == LinkDropIn);
    }

    [Fact]
    public void ADropInStaysWhileALinkUsesItsFileAndGoesWithIt()
    {
        var ours = new ExistingFile(LinkDropIn, PreventionFile.NetworkContent);

        PreventionPlanner.Plan(Plan(links: [Link(foreign: false)], existing: [ours])).Removals.ShouldBeEmpty();
        PreventionPlanner.Plan(Plan(links: [Link(file: "/run/systemd/network/10-new.network")], existing: [ours]))
            .Removals.ShouldHaveSingleItem().Path.ShouldBe(LinkDropIn);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void NothingOfALinkIsTakenAwayWhileTheLinksAreNotFullyKnown()
    {
        var ours = new ExistingFile(LinkDropIn, PreventionFile.NetworkContent);

        PreventionPlanner.Plan(Plan(existing: [ours]) with { Links = null }).Removals.ShouldBeEmpty();
        PreventionPlanner.Plan(Plan(existing: [ours], links: [Link(file: null)])).Removals.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void AnUnknownVersionWritesNothingTakesNothingAwayAndIsSaid()
    {
        var existing = PreventionPlanner.Plan(Plan()).Writes.Select(Written).ToList();
        var plan = PreventionPlanner.Plan(Plan(version: "?", existing: existing));

        plan.ChangesNothing.ShouldBeTrue();
        plan.Notes.ShouldNotBeEmpty();
        PreventionPlanner.Plan(Plan(version: "?")).Writes.ShouldBeEmpty();
    }

    [Fact]
    public void AForeignFileOfOurNameIsNeverOverwrittenOrRemovedAndIsTold()
    {
        var foreign = new ExistingFile(Global, "[Network]\nManageForeignRoutes=yes\n");

        var plan = PreventionPlanner.Plan(Plan(existing: [foreign]));
        plan.Writes.ShouldNotContain(write => write.Path == Global);
        plan.Notes.ShouldHaveSingleItem().Path.ShouldBe(Global);
        PreventionPlanner.Plan(Plan(HardenMode.Undo, existing: [foreign])).ChangesNothing.ShouldBeTrue();
        PreventionPlanner.Plan(Plan(existing: [foreign with { Content = null }])).Writes.ShouldNotContain(write => write.Path == Global);
    }

    [Fact]
    [Trait("Invariant", "8")]
    public void UndoTakesEveryFileOfOursAwayAndOffOnlyTheRuntimeOnes()
    {
        var runtime = PreventionPlanner.Plan(Plan()).Writes.Select(Written);
        var persistent = PreventionPlanner.Plan(Plan(HardenMode.Persistent, needrestart: true)).Writes.Select(Written);
        List<ExistingFile> all = [.. runtime, .. persistent];
        all.Count.ShouldBe(5);

        PreventionPlanner.Plan(Plan(HardenMode.Undo, existing: all)).Removals.Count.ShouldBe(5);
        PreventionPlanner.Plan(Plan(HardenMode.Off, existing: all)).Removals
            .ShouldAllBe(removal => removal.Path.StartsWith("/run/", StringComparison.Ordinal));
        PreventionPlanner.Plan(Plan(HardenMode.Off, existing: all)).Removals.Count.ShouldBe(2);
    }

    [Fact]
    public void RuntimeModeLeavesToPersistentFilesWhatTheyAlreadySay()
    {
        var persistent = PreventionPlanner.Plan(Plan(HardenMode.Persistent)).Writes.Select(Written).ToList();

        var plan = PreventionPlanner.Plan(Plan(existing: persistent));

        plan.ChangesNothing.ShouldBeTrue();
        plan.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void APersistentFileFromBeforeAnUpgradeIsToldAsOutOfDate()
    {
        var old = PreventionPlanner.Plan(Plan(HardenMode.Persistent, version: "252.39")).Writes.Select(Written).ToList();

        PreventionPlanner.Plan(Plan(existing: old)).Notes.ShouldContain(note => note.Message.Contains("out of date", StringComparison.Ordinal));
        PreventionPlanner.Plan(Plan(HardenMode.Persistent, existing: old)).Writes
            .ShouldHaveSingleItem().Path.ShouldBe("/etc/systemd/networkd.conf.d/zz-nodeguard.conf");
    }

    [Fact]
    public void PersistentModeTurnsRuntimeFilesIntoPersistentOnes()
    {
        var runtime = PreventionPlanner.Plan(Plan()).Writes.Select(Written).ToList();

        var plan = PreventionPlanner.Plan(Plan(HardenMode.Persistent, existing: runtime, links: [Link(foreign: false)], needrestart: true));

        plan.Removals.Select(removal => removal.Path).ShouldBe([LinkDropIn, Global], ignoreOrder: true);
        plan.Writes.Select(write => write.Path).ShouldBe(
        [
            "/etc/systemd/network/10-eth0.network.d/zz-nodeguard.conf",
            "/etc/systemd/networkd.conf.d/zz-nodeguard.conf",
            "/etc/needrestart/conf.d/nodeguard.conf",
        ], ignoreOrder: true);
    }

    [Fact]
    public void ADropInThatIsAppliedLaterIsTold()
    {
        var late = File("/etc/systemd/networkd.conf.d/zzz-site.conf", "ManageForeignRoutes=yes");

        PreventionPlanner.Plan(Plan(networkd: Stack(late))).Notes.ShouldHaveSingleItem()
            .Message.ShouldContain("/etc/systemd/networkd.conf.d/zzz-site.conf:2");
    }

    [Fact]
    public void LinksThatShareANetworkFileShareItsDropIn() =>
        PreventionPlanner.Plan(Plan(links: [Link("a", foreign: false), Link("b"), Link("c")])).Writes
            .Count(write => write.Path == LinkDropIn).ShouldBe(1);
}
