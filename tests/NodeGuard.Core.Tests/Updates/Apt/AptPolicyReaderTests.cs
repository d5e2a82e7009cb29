using NodeGuard.Core.Updates.Apt;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Apt;

public sealed class AptPolicyReaderTests
{
    internal const string Sources = """
        Package files:
         100 /var/lib/dpkg/status
             release a=now
         500 http://security.debian.org/debian-security bookworm-security/main amd64 Packages
             release v=12,o=Debian,a=stable-security,n=bookworm-security,l=Debian-Security,c=main,b=amd64
             origin security.debian.org
         500 file:/srv/apt vendor/main amd64 Packages
             release o=Vendor, Inc.,a=main,n=vendor,l=Vendor,c=main,b=amd64
        -10 http://example.org old/main amd64 Packages
        Pinned packages:
             vim -> 2:9.0-1 with priority 1001
             libfoo:i386 -> 1.0 with priority 990
        """;

    internal const string Packages = """
        systemd:
          Installed: 252.26-1~deb12u2
          Candidate: 252.39-1~deb12u1
          Version table:
             252.39-1~deb12u1 500 (phased 10%)
                500 http://security.debian.org/debian-security bookworm-security/main amd64 Packages
               1001 file:/srv/apt vendor/main amd64 Packages
         *** 252.26-1~deb12u2 100
                100 /var/lib/dpkg/status
        libfoo:i386:
          Installed: (none)
          Candidate: (none)
          Package pin: 1.0
          Version table:
             1.0 -1
                 -1 file:/srv/apt vendor/main amd64 Packages
        """;

    [Fact]
    public void Lists_are_read_with_their_origin_and_preferences_with_their_packages()
    {
        var answer = AptPolicyReader.ReadSources(Sources.Replace("-10 http", " -10 http", StringComparison.Ordinal));

        answer.Problems.ShouldBeEmpty();
        answer.Pinned.ShouldBe(["vim", "libfoo:i386"]);
        var security = answer.Origins["http://security.debian.org/debian-security bookworm-security/main amd64 Packages"];
        security.ShouldBe(new ReleaseOrigin
        {
            Origin = "Debian",
            Label = "Debian-Security",
            Archive = "stable-security",
            Codename = "bookworm-security",
            Component = "main",
            Site = "security.debian.org",
        });
        security.IsSecurity.ShouldBeTrue();
        var vendor = answer.Origins["file:/srv/apt vendor/main amd64 Packages"];
        vendor.Origin.ShouldBe("Vendor, Inc.");
        vendor.IsSecurity.ShouldBeFalse();
        answer.Origins["/var/lib/dpkg/status"].IsInstalled.ShouldBeTrue();
    }

    [Fact]
    public void Versions_are_read_with_their_lists_priority_and_phase()
    {
        var answer = AptPolicyReader.ReadPackages(Packages);

        answer.Problems.ShouldBeEmpty();
        var systemd = answer.Packages[0];
        (systemd.Name, systemd.Architecture, systemd.Installed, systemd.Candidate).ShouldBe(("systemd", null, "252.26-1~deb12u2", "252.39-1~deb12u1"));
        systemd.Versions.Select(version => $"{version.Version} {version.Priority} {version.PhasedPercentage} {version.Sources.Count}")
            .ShouldBe(["252.39-1~deb12u1 500 10 2", "252.26-1~deb12u2 100  1"]);
        var foo = answer.Packages[1];
        (foo.Name, foo.Architecture, foo.Installed, foo.Candidate).ShouldBe(("libfoo", "i386", null, null));
        foo.Versions.ShouldHaveSingleItem().Priority.ShouldBe(-1);
    }

    [Fact]
    public void An_answer_that_is_none_is_told() =>
        AptPolicyReader.ReadSources("E: broken\n").Problems.ShouldNotBeEmpty();

    [Fact]
    public void Whatever_comes_nothing_is_thrown_and_no_bad_name_or_version_gets_through()
    {
        var random = new Random(13);
        for (var i = 0; i < FuzzScale.Cases(2000); i++)
        {
            var text = (random.Next(2) == 0 ? Sources : Packages).ToCharArray();
            for (var change = random.Next(1, 20); change > 0; change--)
                text[random.Next(text.Length)] = (char)random.Next(1, 0x250);
            var cut = text.AsSpan(0, random.Next(text.Length));

            AptPolicyReader.ReadSources(cut).Pinned.ShouldAllBe(name => name.All(char.IsAscii));
            AptPolicyReader.ReadPackages(cut).Packages.SelectMany(package => package.Versions)
                .ShouldAllBe(version => NodeGuard.Core.Updates.DebianVersion.ProblemOf(version.Version) == null);
        }
    }
}
