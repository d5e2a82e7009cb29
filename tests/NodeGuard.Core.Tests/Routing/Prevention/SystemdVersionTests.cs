using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing.Prevention;

public sealed class SystemdVersionTests
{
    [Theory]
    [InlineData("252.39-1~deb12u2", 252, 39)]
    [InlineData("257.13-1~deb13u1", 257, 13)]
    [InlineData("247.3-7+deb11u5", 247, 3)]
    [InlineData("249.11-0ubuntu3.7", 249, 11)]
    [InlineData("v249", 249, 0)]
    [InlineData("262~rc1", 262, 0)]
    [InlineData("systemd 252 (252.39-1~deb12u2)", 252, 39)]
    [InlineData("systemd 245", 245, 0)]
    public void TheVersionIsFoundInWhatSystemdSays(string text, int major, int minor) =>
        SystemdVersion.Parse(text).ShouldBe(new SystemdVersion(major, minor));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("systemd (stable)")]
    public void TextWithoutAVersionIsNoVersion(string? text) => SystemdVersion.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData(247, 3, false)]
    [InlineData(247, 4, true)]
    [InlineData(248, 0, true)]
    [InlineData(262, 0, true)]
    public void RulesAreDeletedFrom247Point4On(int major, int minor, bool deleted) =>
        NetworkdBehaviour.Deletes(new SystemdVersion(major, minor), ObjectKind.Rule).ShouldBe(deleted);

    [Theory]
    [InlineData(245, 0, "")]
    [InlineData(246, 0, "R")]
    [InlineData(247, 9, "R")]
    [InlineData(247, 10, "RP")]
    [InlineData(248, 7, "R")]
    [InlineData(248, 8, "RP")]
    [InlineData(249, 0, "RP")]
    [InlineData(255, 9, "RP")]
    [InlineData(256, 0, "RPN")]
    public void EachReleaseKnowsItsOptions(int major, int minor, string known)
    {
        var version = new SystemdVersion(major, minor);

        NetworkdBehaviour.Knows(version, "ManageForeignRoutes").ShouldBe(known.Contains('R', StringComparison.Ordinal));
        NetworkdBehaviour.Knows(version, "ManageForeignRoutingPolicyRules").ShouldBe(known.Contains('P', StringComparison.Ordinal));
        NetworkdBehaviour.Knows(version, "ManageForeignNextHops").ShouldBe(known.Contains('N', StringComparison.Ordinal));
    }
}
