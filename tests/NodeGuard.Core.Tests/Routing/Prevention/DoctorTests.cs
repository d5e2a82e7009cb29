using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Routing.Prevention;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Routing.Prevention.Hosts;

namespace NodeGuard.Core.Tests.Routing.Prevention;

public sealed class DoctorTests
{
    private const string Routes = "ManageForeignRoutes";
    private const string Rules = "ManageForeignRoutingPolicyRules";
    private const string Nexthops = "ManageForeignNextHops";

    private static readonly ConfigFile Keep = File(LinkDropIn, "KeepConfiguration=static");

    [Fact]
    public void ABareHostIsExposedAndSaysByWhatDefault()
    {
        var diagnosis = Doctor.Examine(Running("252.39-1~deb12u2", null, Link()));

        diagnosis.ExitCode.ShouldBe(1);
        var rules = Of(diagnosis, "rules");
        (rules.Verdict, rules.Effective, rules.DecidedBy).ShouldBe((Verdict.Exposed, "yes", "compiled-in default"));
        rules.Fix.ShouldBe("run: nodeguard harden");
        Of(diagnosis, "link/eth0").Verdict.ShouldBe(Verdict.Exposed);
    }

    [Theory]
    [InlineData("252.39-1~deb12u2")]
    [InlineData("257.13-1~deb13u1")]
    public void AHardenedHostIsImmuneAndNamesTheDecidingLine(string version)
    {
        var diagnosis = Doctor.Examine(Running(version, Stack(OurGlobal(Routes, Rules, Nexthops)), Link(config: Keep)));

        diagnosis.ExitCode.ShouldBe(0);
        Of(diagnosis, "routes").DecidedBy.ShouldBe($"{PreventionFile.RuntimeGlobal}:2");
        Of(diagnosis, "link/eth0").DecidedBy.ShouldBe($"{LinkDropIn}:2");
    }

    [Fact]
    public void WhatThePlannerWritesMakesTheDoctorSayImmune()
    {
        foreach (var version in new[] { "247.10", "248.8", "249.2", "252.39", "257.13", "262" })
        {
            var plan = PreventionPlanner.Plan(Plan(version: version));
            var global = plan.Writes.Single(write => write.Path == PreventionFile.RuntimeGlobal);
            var options = global.Content.Split('\n').Where(line => line.StartsWith("Manage", StringComparison.Ordinal)).ToArray();

            Doctor.Examine(Running(version, Stack(File(global.Path, options)), Link(config: Keep))).ExitCode.ShouldBe(0, version);
        }
    }

    [Fact]
    public void On247RulesAndNexthopsAreSafeAndRoutesAreNot()
    {
        var diagnosis = Doctor.Examine(Running("247.3-7+deb11u5", null, Link(foreign: false)));

        Of(diagnosis, "rules").Verdict.ShouldBe(Verdict.Ok);
        Of(diagnosis, "nexthops").Verdict.ShouldBe(Verdict.Ok);
        Of(diagnosis, "routes").Verdict.ShouldBe(Verdict.Exposed);
        Doctor.Examine(Running("247.3-7+deb11u5", Stack(OurGlobal(Routes)), Link(foreign: false))).ExitCode.ShouldBe(0);
    }

    [Fact]
    public void ACompetingDropInIsFoundWithFileAndLine()
    {
        var late = File("/etc/systemd/networkd.conf.d/zzz-site.conf", "Other=1", "ManageForeignRoutes=yes");
        var diagnosis = Doctor.Examine(Running("257.13", Stack(OurGlobal(Routes, Rules, Nexthops), late), Link(config: Keep)));

        diagnosis.ExitCode.ShouldBe(1);
        Of(diagnosis, "routes").DecidedBy.ShouldBe("/etc/systemd/networkd.conf.d/zzz-site.conf:3");
        Of(diagnosis, "competing/ManageForeignRoutes").Fix!.ShouldContain("zzz-site.conf");
    }

    [Theory]
    [InlineData(NetworkdPresence.Absent)]
    [InlineData(NetworkdPresence.Disabled)]
    public void WithoutNetworkdThereIsNothingToGuardAgainst(NetworkdPresence presence)
    {
        var diagnosis = Doctor.Examine(new DoctorInput { Networkd = presence });

        diagnosis.ExitCode.ShouldBe(0);
        diagnosis.Findings.ShouldHaveSingleItem().Id.ShouldBe("networkd");
    }

    [Theory]
    [InlineData("249", 1)]
    [InlineData("249.4", 1)]
    [InlineData("249.5", 0)]
    public void Before249Point5RulesNeedTheRoutesOptionToo(string version, int rulesExposed)
    {
        var diagnosis = Doctor.Examine(Running(version, Stack(OurGlobal(Rules)), Link(foreign: false)));

        Of(diagnosis, "rules").Verdict.ShouldBe(rulesExposed == 1 ? Verdict.Exposed : Verdict.Ok);
    }

    [Fact]
    public void ForeignNexthopsOn252AreExposedUnlessEveryLinkKeepsEverything()
    {
        var hardened = Running("252.39", Stack(OurGlobal(Routes, Rules)), Link(config: Keep)) with { Foreign = new(1, 1, 2, 1) };

        Of(Doctor.Examine(hardened), "nexthops").Verdict.ShouldBe(Verdict.Exposed);
        Doctor.Examine(hardened with { Links = [Link(config: File(LinkDropIn, "KeepConfiguration=yes"))] }).ExitCode.ShouldBe(0);
    }

    [Fact]
    public void ForeignAddressesThatExpireAreNotKeptByStatic()
    {
        var hardened = Running("257.13", Stack(OurGlobal(Routes, Rules, Nexthops)), Link(config: Keep)) with { Foreign = new(0, 0, 0, 2, 1) };

        Of(Doctor.Examine(hardened), "lifetimes").Verdict.ShouldBe(Verdict.Exposed);
        Doctor.Examine(hardened with { Links = [Link(config: File(LinkDropIn, "KeepConfiguration=yes"))] }).ExitCode.ShouldBe(0);
    }

    [Fact]
    public void TriggersCountOnlyWhereSomethingCanBeLost()
    {
        var timer = new UpdateTimer("apt-daily-upgrade.timer", UnitEnablement.Enabled);
        var bare = Running("252.39", null, Link()) with { Timers = [timer], Needrestart = NeedrestartState.MayRestart };
        var safe = bare with { Config = Stack(OurGlobal(Routes, Rules)), Links = [Link(config: Keep)] };

        Of(Doctor.Examine(bare), "timer/apt-daily-upgrade.timer").Verdict.ShouldBe(Verdict.Exposed);
        Of(Doctor.Examine(bare), "needrestart").Verdict.ShouldBe(Verdict.Exposed);
        Of(Doctor.Examine(safe), "timer/apt-daily-upgrade.timer").Verdict.ShouldBe(Verdict.Ok);
        Doctor.Examine(safe with { Timers = null, PendingUpdates = null, Needrestart = NeedrestartState.Unknown }).ExitCode.ShouldBe(0);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void AValueThatSystemdCannotParseOrAFileThatCannotBeReadIsUnknown()
    {
        var broken = new ConfigFile("/etc/systemd/networkd.conf.d/zzz.conf", [], "/etc/systemd/networkd.conf.d/zzz.conf: could not be read");

        Of(Doctor.Examine(Running("257", Stack(OurGlobal(Routes), File("/etc/x.conf.d/zzz.conf", "ManageForeignRoutes=nope")))), "routes")
            .Verdict.ShouldBe(Verdict.Unknown);
        Doctor.Examine(Running("257", Stack(OurGlobal(Routes, Rules, Nexthops), broken), Link(config: Keep))).ExitCode.ShouldBe(2);
    }

    [Fact]
    public void AReadableLaterFileDecidesOverAnUnreadableEarlierOne()
    {
        var broken = new ConfigFile("/etc/systemd/networkd.conf.d/10.conf", [], "could not be read");

        Doctor.Examine(Running("257", Stack(broken, OurGlobal(Routes, Rules, Nexthops)), Link(config: Keep))).ExitCode.ShouldBe(0);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void TakingAnythingDecisiveAwayFromAnImmuneHostIsNeverFine()
    {
        Func<DoctorInput, DoctorInput>[] losses =
        [
            input => input with { Networkd = NetworkdPresence.Unknown },
            input => input with { VersionText = null },
            input => input with { VersionText = "garbage" },
            input => input with { Config = null },
            input => input with { Links = null },
            input => input with { Foreign = null, VersionText = "252.39", Config = Stack(OurGlobal(Routes, Rules)) },
            input => input with { Links = [Link(file: null)] },
            input => input with { Links = [Link(foreign: null)] },
        ];
        var immune = Running("257.13", Stack(OurGlobal(Routes, Rules, Nexthops)), Link(config: Keep));
        Doctor.Examine(immune).ExitCode.ShouldBe(0);

        var some = Gen.Elements(losses).NonEmptyListOf().ToArbitrary();
        Prop.ForAll(some, chosen =>
        {
            var diagnosis = Doctor.Examine(chosen.Aggregate(immune, (input, loss) => loss(input)));
            return diagnosis.Overall != Verdict.Ok;
        }).QuickCheckThrowOnFailure();
    }

    private static Finding Of(Diagnosis diagnosis, string id) => diagnosis.Findings.Single(finding => finding.Id == id);
}
