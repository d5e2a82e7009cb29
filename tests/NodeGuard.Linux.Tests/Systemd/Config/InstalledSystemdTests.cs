using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Config;

public sealed class InstalledSystemdTests
{
    [Theory]
    [InlineData("/lib/systemd/libsystemd-shared-247.so", 247, 0)]
    [InlineData("/usr/lib/aarch64-linux-gnu/systemd/libsystemd-shared-252.so", 252, 0)]
    [InlineData("/usr/lib/systemd/libsystemd-shared-257.13-1.fc42.so", 257, 13)]
    public void The_shared_library_names_the_release(string library, int major, int minor)
    {
        using FixtureRoot host = new FixtureRoot().With(library, "elf");
        InstalledSystemd.Version(host.Root).ShouldBe(new SystemdVersion(major, minor));
    }

    [Fact]
    public void Of_two_releases_in_the_middle_of_an_update_the_newer_counts()
    {
        using FixtureRoot host = new FixtureRoot()
            .With("/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so", "elf")
            .With("/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so", "elf");
        InstalledSystemd.Version(host.Root).ShouldBe(new SystemdVersion(257, 0));
    }

    [Trait("Invariant", "11")]
    [Theory]
    [InlineData("/usr/lib/systemd/libsystemd-core-257.so")]
    [InlineData("/usr/lib/systemd/libsystemd-shared-.so")]
    [InlineData("/usr/lib/systemd/other")]
    public void Without_it_the_version_is_unknown(string file)
    {
        using FixtureRoot host = new FixtureRoot().With(file, "elf");
        InstalledSystemd.Version(host.Root).ShouldBeNull();
    }
}
