using NodeGuard.Core.Updates.Apt;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Apt;

public sealed class UnattendedRulesTests
{
    private static readonly OsIdentity Bookworm = OsIdentity.FromOsRelease("ID=debian\nVERSION_CODENAME=bookworm\n");

    private static readonly ReleaseOrigin Security = new()
    {
        Origin = "Debian",
        Label = "Debian-Security",
        Archive = "stable-security",
        Codename = "bookworm-security",
        Site = "security.debian.org",
    };

    private static readonly ReleaseOrigin Vendor = new() { Origin = "Vendor", Label = "Vendor", Archive = "main", Codename = "vendor" };

    [Fact]
    public void Debians_patterns_allow_its_security_archive_and_nothing_of_others()
    {
        var rules = Rules("""
            APT "";
            Unattended-Upgrade::Origins-Pattern "";
            Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian";
            Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";
            """);

        rules.Allows(Security).ShouldBeTrue();
        rules.Allows(Vendor).ShouldBeFalse();
        rules.Allows(new ReleaseOrigin { Archive = "now" }).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Debian:stable-security", true)]
    [InlineData("${distro_id} stable-*", true)]
    [InlineData("Debian:stable", false)]
    public void The_older_form_of_origin_and_archive_is_understood(string allowed, bool expected) =>
        Rules($"Unattended-Upgrade::Allowed-Origins:: \"{allowed}\";").Allows(Security).ShouldBe(expected);

    [Fact]
    public void The_blacklist_is_an_expression_that_begins_with_the_name()
    {
        var rules = Rules("""
            Unattended-Upgrade::Origins-Pattern:: "origin=*";
            Unattended-Upgrade::Package-Blacklist:: "linux-";
            Unattended-Upgrade::Package-Blacklist:: "libc6$";
            """);

        rules.IsBlacklisted("linux-image-amd64").ShouldBeTrue();
        rules.IsBlacklisted("libc6").ShouldBeTrue();
        rules.IsBlacklisted("libc6-dev").ShouldBeFalse();
        rules.IsBlacklisted("util-linux-extra").ShouldBeFalse();
    }

    [Theory]
    [InlineData("Unattended-Upgrade::Origins-Pattern:: \"flavour=x\";")]
    [InlineData("Unattended-Upgrade::Allowed-Origins:: \"Debian\";")]
    [InlineData("Unattended-Upgrade::Origins-Pattern:: \"o=*\";\nUnattended-Upgrade::Package-Blacklist:: \"(\";")]
    public void What_is_not_understood_is_told(string config) => Rules(config).Problems.ShouldHaveSingleItem();

    [Fact]
    public void A_host_without_it_has_no_rules() =>
        UnattendedRules.From(AptConfig.Read("APT::Architecture \"amd64\";\n"), Bookworm).ShouldBeNull();

    [Theory]
    [InlineData("a*c", "abbbc", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[]]", "]", true)]
    [InlineData("[", "[", true)]
    [InlineData("*-security", "stable-security", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    public void Patterns_are_those_of_fnmatch(string pattern, string text, bool expected) =>
        Rules($"Unattended-Upgrade::Origins-Pattern:: \"site={pattern}\";").Allows(new ReleaseOrigin { Site = text }).ShouldBe(expected);

    [Fact]
    public void A_pattern_made_to_take_for_ever_does_not() =>
        Rules($"Unattended-Upgrade::Origins-Pattern:: \"site={string.Concat(Enumerable.Repeat("*a", 500))}b\";")
            .Allows(new ReleaseOrigin { Site = new string('a', 2000) }).ShouldBeFalse();

    private static UnattendedRules Rules(string config) => UnattendedRules.From(AptConfig.Read(config), Bookworm).ShouldNotBeNull();
}
