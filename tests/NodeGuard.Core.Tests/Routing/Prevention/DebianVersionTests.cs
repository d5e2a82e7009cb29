using NodeGuard.Core.Routing.Prevention;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing.Prevention;

public sealed class DebianVersionTests
{
    [Theory]
    [InlineData("252.39-1~deb12u2", "252.39-1", -1)]
    [InlineData("252.39-1~deb12u1", "252.39-1~deb12u2", -1)]
    [InlineData("249.11-0ubuntu3.6", "249.11-0ubuntu3.16", -1)]
    [InlineData("1:1.0", "2.0", 1)]
    [InlineData("1.0", "1.0", 0)]
    [InlineData("1.00", "1.0", 0)]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0a", "1.0+b", -1)]
    [InlineData("1.0-1", "1.0-1.1", -1)]
    [InlineData("247.3-7+deb11u5", "247.3-7", 1)]
    [InlineData("1.2", "1.10", -1)]
    [InlineData("", "0", 0)]
    public void VersionsAreOrderedAsDpkgOrdersThem(string left, string right, int order)
    {
        Math.Sign(DebianVersion.Compare(left, right)).ShouldBe(order);
        Math.Sign(DebianVersion.Compare(right, left)).ShouldBe(-order);
    }
}
