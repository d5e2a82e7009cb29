using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Tests.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Packages;

public sealed class PackageFamiliesTests : IDisposable
{
    private readonly FixtureRoot _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(typeof(AptFamily), "/etc/debian_version", "/etc/apt/sources.list", "/etc/dnf/dnf.conf", "/etc/zypp/zypp.conf")]
    [InlineData(typeof(AptFamily), "/etc/apt/sources.list")]
    [InlineData(typeof(DnfFamily), "/etc/dnf/dnf.conf", "/etc/apt/sources.list")]
    [InlineData(typeof(ZypperFamily), "/etc/zypp/zypp.conf")]
    [InlineData(typeof(ZypperFamily), "/etc/zypp/zypp.conf", "/etc/dnf/dnf.conf")]
    [InlineData(typeof(NoPackageFamily), "/etc/pacman.conf")]
    public void A_host_is_known_by_what_is_in_its_etc(Type family, params string[] files)
    {
        foreach (string file in files)
            _host.With(file, "x");

        Family().ShouldBeOfType(family);
    }

    [Fact]
    public void A_host_whose_etc_is_not_in_sight_is_asked() => Family().ShouldBeOfType<AptFamily>();

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("fedora", "/run/ostree-booted", "this is an ostree host")]
    [InlineData("flatcar", "/etc/dnf/dnf.conf", "this is a Flatcar host")]
    [InlineData("bottlerocket", "/etc/dnf/dnf.conf", "this is a Bottlerocket host")]
    [InlineData("opensuse-microos", "/etc/zypp/zypp.conf", "this is a transactional-update host")]
    [InlineData("sl-micro", "/etc/zypp/zypp.conf", "this is a transactional-update host")]
    public async Task A_host_that_is_replaced_as_a_whole_is_told_as_that_and_never_as_up_to_date(string id, string file, string told)
    {
        _host.With("/etc/os-release", $"ID=\"{id}\"\n").With("/etc/zypp/zypp.conf", "x").With(file, "x");

        PendingUpdates pending = (await Family().LookAsync(CancellationToken.None)).Pending;

        pending.Packages.ShouldBeNull();
        pending.Family.ShouldBe("none");
        pending.Problems.ShouldHaveSingleItem().ShouldStartWith(told);
    }

    [Fact]
    public async Task A_bootc_host_is_told_as_one()
    {
        _host.With("/run/ostree-booted", "").With("/usr/bin/bootc", "x").With("/etc/dnf/dnf.conf", "x");

        (await Family().LookAsync(CancellationToken.None)).Pending.Problems.ShouldHaveSingleItem().ShouldStartWith("this is a bootc host");
    }

    [Theory]
    [InlineData("/dev/sda2 / btrfs ro,relatime 0 0\n", typeof(NoPackageFamily))]
    [InlineData("/dev/sda2 / btrfs rw,relatime 0 0\n/dev/sda3 /srv btrfs ro 0 0\n", typeof(ZypperFamily))]
    public void Who_has_transactional_update_is_one_where_its_root_is_read_only(string mounts, Type family)
    {
        _host.With("/usr/sbin/transactional-update", "x").With("/etc/zypp/zypp.conf", "x").With("/proc/1/mounts", mounts);

        Family().ShouldBeOfType(family);
    }

    [Fact]
    public void What_rpm_and_dnf_would_answer_changes_with_the_files_that_they_read()
    {
        var family = new DnfFamily(new AptTools(), _host.Root);
        family.Fingerprint().ShouldBeNull("the database is not in sight");
        _host.With("/var/lib/rpm/rpmdb.sqlite", "1").With("/etc/dnf/dnf.conf", "1");
        string? first = family.Fingerprint().ShouldNotBeNull();
        family.Fingerprint().ShouldBe(first);

        foreach (string file in new[] { "/var/lib/rpm/rpmdb.sqlite", "/etc/yum.repos.d/new.repo", "/etc/dnf/versionlock.toml", "/var/cache/libdnf5/a-1/repodata/repomd.xml" })
        {
            _host.With(file, "another");
            string? next = family.Fingerprint();
            next.ShouldNotBe(first, file);
            first = next;
        }

        // A question writes these, and must not lead to the next one.
        _host.With("/var/lib/rpm/rpmdb.sqlite-shm", "x").With("/var/cache/dnf/metadata_lock.pid", "1");
        family.Fingerprint().ShouldBe(first);
    }

    private IPackageFamily Family() => PackageFamilies.Of(new AptTools(), _host.Root, _host.Map("/proc"), TimeProvider.System);
}
