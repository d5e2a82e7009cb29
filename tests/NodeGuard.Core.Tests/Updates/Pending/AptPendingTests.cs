using System.Text;
using NodeGuard.Core.Updates.Apt;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Pending;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Pending;

public sealed class AptPendingTests
{
    private const string Sources = """
        Package files:
         100 /var/lib/dpkg/status
             release a=now
         500 s main
             release o=Debian,a=stable,n=bookworm,l=Debian
         500 s security
             release o=Debian,a=stable-security,n=bookworm-security,l=Debian-Security
        Pinned packages:
             pinned -> 1 with priority 1001
        """;

    private const string Policy = """
        up:
          Installed: 1
          Candidate: 3
          Version table:
             3 500
                500 s main
             2 500
                500 s security
         *** 1 100
                100 /var/lib/dpkg/status
        held:
          Installed: 1
          Candidate: 2
          Version table:
             2 500
                500 s main
         *** 1 100
                100 /var/lib/dpkg/status
        wide:
          Installed: 1
          Candidate: 2
          Version table:
             2 500
                500 s main
         *** 1 100
                100 /var/lib/dpkg/status
        new:
          Installed: (none)
          Candidate: 1
          Version table:
             1 500
                500 s main
        stuck:
          Installed: 1
          Candidate: 2
          Version table:
             2 500
                500 s main
         *** 1 100
                100 /var/lib/dpkg/status
        slow:
          Installed: 1
          Candidate: 2
          Version table:
             2 500 (phased 20%)
                500 s main
         *** 1 100
                100 /var/lib/dpkg/status
        pinned:
          Installed: 1
          Candidate: 1
          Version table:
             2 500
                500 s main
         *** 1 1001
                100 /var/lib/dpkg/status
        """;

    private static readonly AptAnswers Answers = new()
    {
        Dpkg = Dpkg("up", "held!", "wide", "stuck", "slow", "pinned"),
        Upgrade = AptSimulationReader.Read("""
            The following packages have been kept back:
              held slow stuck wide
            1 upgraded, 0 newly installed, 0 to remove and 4 not upgraded.
            Inst up [1] (3 Debian:12/stable [all])
            """),
        DistUpgrade = AptSimulationReader.Read("""
            2 upgraded, 1 newly installed, 0 to remove and 3 not upgraded.
            The following packages have been kept back:
              held slow stuck
            Inst up [1] (3 Debian:12/stable [all])
            Inst new (1 Debian:12/stable [all])
            Inst wide [1] (2 Debian:12/stable [all])
            """),
        Policy = AptPolicyReader.ReadPackages(Policy),
        Sources = AptPolicyReader.ReadSources(Sources),
        Unattended = UnattendedRules.From(
            AptConfig.Read("Unattended-Upgrade::Origins-Pattern:: \"origin=Debian\";"), new OsIdentity("Debian", "bookworm")),
    };

    [Fact]
    [Trait("Invariant", "11")]
    public void Without_lists_nothing_pending_is_not_known()
    {
        var pending = AptPending.Of(Answers with { Sources = AptPolicyReader.ReadSources("Package files:\n 100 /var/lib/dpkg/status\n     release a=now\nPinned packages:\n") });

        pending.Packages.ShouldBeNull();
        pending.Problems.ShouldHaveSingleItem().ShouldContain("apt-get update");
    }

    [Fact]
    public void Each_package_is_told_with_what_keeps_it_back()
    {
        var pending = AptPending.Of(Answers);

        pending.Problems.ShouldBeEmpty();
        pending.Interrupted.ShouldBeNull();
        pending.Packages!.Select(package => $"{package.Name} {package.Installed}->{package.Candidate} {package.KeptBack} security={package.Security} unattended={package.Unattended}")
            .ShouldBe(
            [
                "held 1->2 Held security=False unattended=False",
                "pinned 1->2 Pinned security=False unattended=False",
                "slow 1->2 Phased security=False unattended=True",
                "stuck 1->2 Blocked security=False unattended=False",
                "up 1->3 None security=True unattended=True",
                "wide 1->2 NeedsChanges security=False unattended=True",
            ]);
        pending.Packages!.Single(package => package.Name == "wide").Why.ShouldBe("it comes only with a dist-upgrade, which means installing new");
        pending.Packages!.Single(package => package.Name == "slow").PhasedPercentage.ShouldBe(20);
        pending.Packages!.Single(package => package.Name == "up").Origins.ShouldBe(["Debian stable"]);
    }

    [Fact]
    public void The_names_to_ask_for_are_all_that_are_in_the_answers() =>
        AptPending.NamesToAsk(Answers.Upgrade, Answers.DistUpgrade, Answers.Sources).ShouldBe(["held", "new", "pinned", "slow", "stuck", "up", "wide"]);

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("upgrade")]
    [InlineData("policy")]
    [InlineData("sources")]
    [InlineData("dpkg")]
    [InlineData("broken")]
    public void What_could_not_be_asked_makes_the_list_unknown_and_not_empty(string missing)
    {
        var pending = AptPending.Of(missing switch
        {
            "upgrade" => Answers with { Upgrade = null, Problems = ["why"] },
            "policy" => Answers with { Policy = null, Problems = ["why"] },
            "sources" => Answers with { Sources = null, Problems = ["why"] },
            "dpkg" => Answers with { Dpkg = null, Problems = ["why"] },
            _ => Answers with { Upgrade = AptSimulationReader.Read("E: why") },
        });

        pending.Packages.ShouldBeNull();
        pending.Problems.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_dpkg_that_broke_off_is_told_with_the_packages_and_the_cure()
    {
        var half = DpkgStatusReader.Read("Package: half\nStatus: install ok unpacked\nVersion: 1\n"u8);

        AptPending.Of(Answers with { Dpkg = half }).Interrupted.ShouldBe("dpkg broke off: half is unpacked but not configured; repair it with dpkg --configure -a");
        AptPending.Of(Answers with { Dpkg = half }).HalfDone.ShouldBe(["half"]);
        AptPending.Of(Answers with { JournalLeft = true }).Interrupted.ShouldNotBeNull();
    }

    private static DpkgStatus Dpkg(params string[] names) => DpkgStatusReader.Read(Encoding.UTF8.GetBytes(string.Concat(names.Select(name =>
        $"Package: {name.TrimEnd('!')}\nStatus: {(name.EndsWith('!') ? "hold" : "install")} ok installed\nArchitecture: all\nVersion: 1\n\n"))));
}
