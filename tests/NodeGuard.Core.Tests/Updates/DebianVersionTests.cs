using NodeGuard.Core.Updates;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates;

public sealed class DebianVersionTests
{
    [Theory]
    [InlineData("252.39-1~deb12u2", "252.39-1", -1)]
    [InlineData("252.39-1~deb12u1", "252.39-1~deb12u2", -1)]
    [InlineData("249.11-0ubuntu3.6", "249.11-0ubuntu3.16", -1)]
    [InlineData("1:1.0", "2.0", 1)]
    [InlineData("1.0", "1.0", 0)]
    [InlineData("1.00", "1.0", 0)]
    [InlineData("0:1.0-0", "1.0", 0)]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0~~", "1.0~", -1)]
    [InlineData("1.0a", "1.0+b", -1)]
    [InlineData("1.0-1", "1.0-1.1", -1)]
    [InlineData("247.3-7+deb11u5", "247.3-7", 1)]
    [InlineData("1.2", "1.10", -1)]
    [InlineData("1:2:3", "1:2", 1)]
    [InlineData("99999999999999999999999", "100000000000000000000000", -1)]
    [InlineData("", "0", 0)]
    public void Versions_are_ordered_as_dpkg_orders_them(string left, string right, int order)
    {
        Math.Sign(DebianVersion.Compare(left, right)).ShouldBe(order);
        Math.Sign(DebianVersion.Compare(right, left)).ShouldBe(-order);
    }

    [Theory]
    [InlineData("252.39-1~deb12u2")]
    [InlineData("2:1.0-rc:1-2")]
    [InlineData("0")]
    public void A_version_that_dpkg_takes_is_taken(string version) => DebianVersion.ProblemOf(version).ShouldBeNull();

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a1", "begin with a digit")]
    [InlineData("-1", "begin with a digit")]
    [InlineData("1:", "begin with a digit")]
    [InlineData(":1", "epoch")]
    [InlineData("x:1", "epoch")]
    [InlineData("2147483648:1", "epoch")]
    [InlineData("1.0-", "hyphen")]
    [InlineData("1 0", "allowed")]
    [InlineData("1.0;reboot", "allowed")]
    [InlineData("1.0-1_2", "allowed")]
    [InlineData("1.0é", "allowed")]
    public void A_bad_version_is_told_with_what_is_wrong(string version, string why) =>
        DebianVersion.ProblemOf(version).ShouldNotBeNull().ShouldContain(why);

    [Fact]
    public void A_version_of_absurd_length_is_refused_without_being_repeated() =>
        DebianVersion.ProblemOf(new string('1', 1_000_000)).ShouldNotBeNull().Length.ShouldBeLessThan(200);

    [Fact]
    public void Comparing_allocates_nothing()
    {
        DebianVersion.Compare("1:252.39-1~deb12u1", "1:252.39-1~deb12u2");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            DebianVersion.Compare("1:252.39-1~deb12u1", "1:252.39-1~deb12u2");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
