using NodeGuard.Linux.Systemd;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd;

public sealed class LinkStateFilesTests
{
    [Theory]
    [InlineData("ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10-host0.network\n", "configured", "/etc/systemd/network/10-host0.network")]
    [InlineData("# comment\nADMIN_STATE=unmanaged\nOPER_STATE=carrier\n", "unmanaged", null)]
    [InlineData("", null, null)]
    [InlineData("ADMIN_STATE=\nNETWORK_FILE=\n", null, null)]
    public void What_the_file_does_not_tell_is_null(string text, string? state, string? file) =>
        LinkStateFiles.Parse(2, text).ShouldBe(new LinkState(2, state, file));

    [Trait("Invariant", "11")]
    [Fact]
    public void A_directory_that_is_not_there_is_unknown_rather_than_no_links() =>
        LinkStateFiles.Read("/nonexistent/links").ShouldBeNull();
}
