using NodeGuard.Linux.Packages;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Packages;

public sealed class DefaultRouteTests : IDisposable
{
    private const string Head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
    private const string Zero = "00000000000000000000000000000000";

    private readonly DirectoryInfo _proc = Directory.CreateTempSubdirectory("nodeguard-proc-");

    public void Dispose() => _proc.Delete(recursive: true);

    [Theory]
    [InlineData("eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", "", true)]
    [InlineData("eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n", "", false)]
    [InlineData("*\t00000000\t00000000\t0200\t0\t0\t0\t00000000\t0\t0\t0\n", "", false)]
    [InlineData("", Zero + " 00 " + Zero + " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n", true)]
    [InlineData("", Zero + " 00 " + Zero + " 00 " + Zero + " ffffffff 00000001 00000000 00200200       lo\n", false)]
    [InlineData("torn", "torn", false)]
    public void A_default_route_of_either_family_counts_and_a_rejecting_one_does_not(string ipv4, string ipv6, bool exists)
    {
        File.WriteAllText(Path.Combine(_proc.FullName, "route"), Head + ipv4);
        File.WriteAllText(Path.Combine(_proc.FullName, "ipv6_route"), ipv6);

        DefaultRoute.Exists(_proc.FullName).ShouldBe(exists);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void What_cannot_be_read_is_not_known() => DefaultRoute.Exists(Path.Combine(_proc.FullName, "none")).ShouldBeNull();
}
