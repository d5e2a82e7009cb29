using NodeGuard.Core.Updates;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates;

public sealed class RpmVersionTests
{
    [Theory]
    [InlineData("255.4-1.fc40", "255.6-1.fc40", -1)]
    [InlineData("1:1.0-1", "2.0-1", 1)]
    [InlineData("0:1.0-1", "1.0-1", 0)]
    [InlineData("1.0-1", "1.0-2", -1)]
    [InlineData("1.0", "1.0.1", -1)]
    [InlineData("1.0", "1.0a", -1)]
    [InlineData("1.0a", "1.0.1", -1)]
    [InlineData("2_0", "2.0", 0)]
    [InlineData("10", "9", 1)]
    [InlineData("001", "1", 0)]
    [InlineData("99999999999999999999999", "100000000000000000000000", -1)]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0~rc1", "1.0~rc2", -1)]
    [InlineData("1.0~~", "1.0~", -1)]
    [InlineData("1.0^", "1.0", 1)]
    [InlineData("1.0^git1", "1.0^git2", -1)]
    [InlineData("1.0^git1", "1.01", -1)]
    [InlineData("1.0^20240101", "1.0.1", -1)]
    [InlineData("1.0~rc1^git1", "1.0~rc1", 1)]
    [InlineData("1.0^git1~pre", "1.0^git1", -1)]
    [InlineData("xyz10", "xyz10.1", -1)]
    [InlineData("xyz.4", "8", -1)]
    // By Debian's rules it would be older.
    [InlineData("5.14.0-427.13.1.el9_4.x86_64", "5.14.0-427.13.el9.x86_64", 1)]
    [InlineData("", "", 0)]
    public void Versions_are_ordered_as_rpm_orders_them(string left, string right, int order)
    {
        RpmVersion.Compare(left, right).ShouldBe(order);
        RpmVersion.Compare(right, left).ShouldBe(-order);
    }

    [Theory]
    [InlineData("1.0-1")]
    [InlineData("3:1.0~rc1^git_2+x-1.fc40")]
    public void A_version_that_rpm_takes_is_taken(string version) => RpmVersion.ProblemOf(version).ShouldBeNull();

    [Theory]
    [InlineData("", "empty")]
    [InlineData("1.0", "one hyphen")]
    [InlineData("1.0-", "one hyphen")]
    [InlineData("-1", "one hyphen")]
    [InlineData("1-2-3", "one hyphen")]
    [InlineData("x:1-1", "epoch")]
    [InlineData("2147483648:1-1", "epoch")]
    [InlineData("1 0-1", "allowed")]
    [InlineData("1.0-1;reboot", "allowed")]
    [InlineData("1.0-1é", "allowed")]
    public void A_bad_version_is_told_with_what_is_wrong(string version, string why) =>
        RpmVersion.ProblemOf(version).ShouldNotBeNull().ShouldContain(why);

    [Fact]
    public void A_version_of_absurd_length_is_refused_without_being_repeated() =>
        RpmVersion.ProblemOf(new string('1', 1_000_000)).ShouldNotBeNull().Length.ShouldBeLessThan(200);

    [Theory]
    [InlineData("0", "1.0-1")]
    [InlineData("", "1.0-1")]
    [InlineData("2", "2:1.0-1")]
    public void An_epoch_of_0_is_not_written(string epoch, string written) => RpmVersion.Of(epoch, "1.0", "1").ShouldBe(written);
}
