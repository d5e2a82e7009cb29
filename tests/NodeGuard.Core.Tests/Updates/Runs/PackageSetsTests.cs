using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Runs;

public sealed class PackageSetsTests
{
    [Theory]
    [InlineData(UpdateScope.Security, new[] { "secure=2" })]
    [InlineData(UpdateScope.All, new[] { "secure=2", "plain=2" })]
    public void Only_what_nothing_keeps_back_is_wanted_and_never_a_new_package_or_an_older_version(UpdateScope scope, string[] wanted)
    {
        PendingPackage[] pending =
        [
            Pending("secure") with { Security = true },
            Pending("plain"),
            Pending("held") with { Security = true, KeptBack = KeptBackReason.Held },
            Pending("phased") with { KeptBack = KeptBackReason.Phased },
            Pending("new") with { Installed = null },
            Pending("older") with { Security = true, Downgrade = true },
        ];

        PackageSets.Wanted(pending, scope).Select(static package => $"{package.Name}={package.Version}").ShouldBe(wanted);
    }

    [Fact]
    public void Changes_are_what_came_went_and_has_another_version_by_name()
    {
        var before = new Dictionary<string, string> { ["b:amd64"] = "1", ["gone:all"] = "1", ["same:all"] = "1" };
        var after = new Dictionary<string, string> { ["b:amd64"] = "2", ["a:amd64"] = "1", ["same:all"] = "1" };

        PackageSets.Changes(before, after).ShouldBe([new("a", "amd64", null, "1"), new("b", "amd64", "1", "2"), new("gone", "all", "1", null)]);
    }

    [Fact]
    public void What_left_only_its_settings_is_not_installed()
    {
        DpkgStatus status = DpkgStatusReader.Read("Package: a\nArchitecture: all\nVersion: 1\nStatus: install ok half-configured\n\nPackage: b\nArchitecture: all\nVersion: 2\nStatus: deinstall ok config-files\n\n"u8);

        PackageSets.Installed(status).ShouldBe(new Dictionary<string, string> { ["a:all"] = "1" });
    }

    private static PendingPackage Pending(string name) => new()
    {
        Name = name,
        Architecture = "amd64",
        Installed = "1",
        Candidate = "2",
        Origins = [],
        Security = false,
        KeptBack = KeptBackReason.None,
    };
}
