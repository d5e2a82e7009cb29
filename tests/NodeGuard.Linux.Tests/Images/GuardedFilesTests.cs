using NodeGuard.Core.Files;
using NodeGuard.Core.Images;
using NodeGuard.Linux.Images;
using NodeGuard.Linux.Tests.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Images;

public sealed class GuardedFilesTests : IDisposable
{
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly FixtureRoot _host = new();
    private readonly List<string> _visited = [];
    private readonly GuardedFiles _files;

    public GuardedFilesTests() => _files = new GuardedFiles(_host.Root, TimeProvider.System);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Files_links_and_other_things_are_told_with_mode_and_content()
    {
        _host.With("/etc/a/empty", "").With("/etc/a/deep/er/file", "abc").Linked("/etc/a/link", "../b").With("/etc/b", "not guarded");
        File.SetUnixFileMode(_host.Map("/etc/a/empty"), (UnixFileMode)0b100_110_000_000);

        Read("/etc/a").Files.Select(static file => $"{file.Path} {file.Described}").ShouldBe(
        [
            "/etc/a/deep/er/file 0644 sha256:ba7816bf8f01",
            $"/etc/a/empty 4600 sha256:{Empty[..12]}",
            "/etc/a/link link to ../b",
        ]);
    }

    [Fact]
    public void A_link_is_a_thing_of_its_own_and_never_followed()
    {
        _host.With("/srv/secret/file", "x").Linked("/etc/a", "/srv/secret").Linked("/etc/b/all", "/srv");

        Read("/etc/a", "/etc/b").Files.Select(static file => file.Described).ShouldBe(["link to /srv/secret", "link to /srv"]);
    }

    [Fact]
    public void Links_on_the_way_lead_below_the_root_and_never_out_of_it()
    {
        _host.With("/data/etc/apt/conf", "inside").Linked("/etc", "../../../../../../data/etc");

        GuardedFile file = Read("/etc/apt").Files.ShouldHaveSingleItem();

        file.Path.ShouldBe("/etc/apt/conf");
        _visited.ShouldContain(_host.Map("/data/etc/apt"));
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void Links_that_run_in_a_circle_make_what_is_behind_them_unknown()
    {
        _host.Linked("/etc/a", "b").Linked("/etc/b", "a");

        GuardedLook look = Read("/etc/a/x", "/etc/c");

        look.Unreadable.ShouldBe(["/etc/a/x"]);
        look.Problem!.ShouldContain("in a circle");
    }

    [Fact]
    public void What_is_left_out_is_not_looked_at_and_what_is_guarded_twice_is_told_once()
    {
        _host.With("/etc/a/keep", "1").With("/etc/a/own/file", "2").With("/etc/a/own.conf", "3");

        _files.Read(["/etc/a", "/etc/a/keep"], ["/etc/a/own"], anew: false).Files.Select(static file => file.Path).ShouldBe(["/etc/a/keep", "/etc/a/own.conf"]);
    }

    [Fact]
    public void Masks_are_told_elsewhere_and_our_own_drop_ins_are_known()
    {
        _host.Linked("/etc/systemd/system/apt-daily.timer", "/dev/null").Linked("/etc/systemd/network/99-default.link", "/dev/null")
            .With("/etc/systemd/system/a.service.d/zz-nodeguard.conf", OwnFile.Marker + ". x\n").With("/etc/systemd/system/b.service.d/zz-nodeguard.conf", "[Unit]\n")
            .With("/etc/systemd/system/c.service.d/other.conf", OwnFile.Marker + ". x\n");

        Read("/etc/systemd").Files.Select(static file => $"{file.Path} {file.IsOurs}").ShouldBe(
        [
            "/etc/systemd/network/99-default.link False",
            "/etc/systemd/system/a.service.d/zz-nodeguard.conf True",
            "/etc/systemd/system/b.service.d/zz-nodeguard.conf False",
            "/etc/systemd/system/c.service.d/other.conf False",
        ]);
    }

    [Fact]
    public void What_has_not_changed_is_not_read_again_unless_it_is_to_be()
    {
        _host.With("/etc/a/file", "1");
        var later = new GuardedFiles(_host.Root, new HourLater());
        GuardedFile first = later.Read(["/etc/a"], [], anew: false).Files[0];

        later.Read(["/etc/a"], [], anew: false).Files[0].ShouldBeSameAs(first);
        later.Read(["/etc/a"], [], anew: true).Files[0].ShouldNotBeSameAs(first);
        File.WriteAllText(_host.Map("/etc/a/file"), "2");
        later.Read(["/etc/a"], [], anew: false).Files[0].Sha256.ShouldNotBe(first.Sha256);
    }

    [Fact]
    public void What_changed_a_moment_ago_is_read_again()
    {
        _host.With("/etc/a/file", "1");

        GuardedFile first = Read("/etc/a").Files[0];

        Read("/etc/a").Files[0].ShouldNotBeSameAs(first);
    }

    [Fact]
    public void Each_directory_is_told_and_the_nearest_above_what_is_not_there()
    {
        _host.With("/etc/a/b/file", "1");

        Read("/etc/a", "/etc/needrestart/conf.d");

        _visited.ShouldBe([_host.Map("/etc"), _host.Map("/etc/a"), _host.Map("/etc/a/b"), _host.Map("/etc")]);
    }

    private GuardedLook Read(params string[] guarded) => _files.Read(guarded, [], anew: false, _visited.Add);

    private sealed class HourLater : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(1);
    }
}
