using NodeGuard.Linux.Systemd;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd;

public sealed class NetworkdLinksTests
{
    [Theory]
    [InlineData("ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10-host0.network\n", "configured", "/etc/systemd/network/10-host0.network", true)]
    [InlineData("# comment\nADMIN_STATE=unmanaged\nOPER_STATE=carrier\n", "unmanaged", null, false)]
    [InlineData("ADMIN_STATE=pending\nNETWORK_FILE=\n", "pending", null, false)]
    [InlineData("", "unknown", null, false)]
    public void A_state_file_tells_state_and_network_file(string text, string state, string? file, bool managed)
    {
        NetworkdLink link = NetworkdLinks.Parse(2, text.Split('\n'));
        link.ShouldBe(new NetworkdLink(2, state, file));
        link.Managed.ShouldBe(managed);
    }

    [Trait("Invariant", "11")]
    [Fact]
    public void A_directory_that_is_not_there_is_unknown_rather_than_no_links() =>
        NetworkdLinks.Read("/nonexistent/links").ShouldBeNull();
}
