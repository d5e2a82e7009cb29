using NodeGuard.Core.Updates;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates;

public sealed class GatedUnitsTests
{
    [Fact]
    public void Every_usual_unit_is_a_pattern() => GatedUnits.Usual.ShouldAllBe(unit => GatedUnits.IsPattern(unit));

    [Theory]
    [InlineData("dnf-automatic*.service", "dnf-automatic.service", true)]
    [InlineData("dnf-automatic*.service", "dnf-automatic-install.service", true)]
    [InlineData("dnf-automatic*.service", "dnf.service", false)]
    [InlineData("*.service", "a.service", true)]
    [InlineData("a*b*c.service", "a-b-b-c.service", true)]
    [InlineData("a*b*c.service", "a-c-b.service", false)]
    [InlineData("a*a.service", "a.service", false)]
    [InlineData("apt-daily.service", "apt-daily.service", true)]
    [InlineData("apt-daily.service", "apt-daily-upgrade.service", false)]
    public void A_star_stands_for_any_characters(string pattern, string unit, bool matches) =>
        GatedUnits.Matches(pattern, unit).ShouldBe(matches);

    [Theory]
    [InlineData("apt-daily.timer")]
    [InlineData(".service")]
    [InlineData("../x.service")]
    [InlineData("a/b.service")]
    [InlineData("-x.service")]
    [InlineData("a b.service")]
    [InlineData("a\n.service")]
    [InlineData("")]
    public void What_is_no_service_name_is_refused(string text) => GatedUnits.IsPattern(text).ShouldBeFalse();
}
