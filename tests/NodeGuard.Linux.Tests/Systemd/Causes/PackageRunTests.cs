using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Causes;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Causes;

public sealed class PackageRunTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("nodeguard-cause-").FullName;

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }

    private static readonly FixedTime Time = new(new DateTimeOffset(2026, 11, 21, 10, 0, 30, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Who_started_the_run_is_named_before_what_it_started()
    {
        Process(70, "dpkg", "/usr/bin/dpkg\0--unpack\0systemd.deb\0");
        Process(60, "unattended-upgr", "/usr/bin/python3\0/usr/bin/unattended-upgrade\0");
        Find().ShouldBe(new PackageRun("unattended-upgr", "/usr/bin/python3 /usr/bin/unattended-upgrade"));
    }

    [Fact]
    public void The_watcher_that_always_runs_is_no_package_run()
    {
        Process(60, "unattended-upgr", "/usr/bin/python3\0/usr/share/unattended-upgrades/unattended-upgrade-shutdown\0--wait-for-signal\0");
        Find().ShouldBeNull();
    }

    [Fact]
    public void A_package_run_of_a_container_is_not_the_hosts()
    {
        Process(1, "systemd", "/sbin/init\0", "mnt:[1]");
        Process(60, "apt-get", "apt-get\0install\0nginx\0", "mnt:[2]");
        Find().ShouldBeNull();
        Process(61, "apt-get", "apt-get\0upgrade\0", "mnt:[1]");
        Find().ShouldBe(new PackageRun("apt-get", "apt-get upgrade"));
    }

    [Fact]
    public void Passwords_are_masked_and_long_command_lines_cut()
    {
        Process(60, "apt-get", "apt-get\0-oAcquire::http::Proxy=http://user:secret@proxy:3128\0" + new string('x', 500));
        PackageRun run = Find().ShouldNotBeNull();
        run.Description.ShouldStartWith("apt-get -oAcquire::http::Proxy=http://***@proxy:3128 xxx");
        run.Description.Length.ShouldBe(256);
    }

    [Theory]
    [InlineData("2026-11-21 10:00:01 upgrade systemd:amd64 252.38-1 252.39-1\n", true)]
    [InlineData("2026-11-21 09:50:01 upgrade systemd:amd64 252.38-1 252.39-1\n", false)]
    [InlineData("2026-11-21 11:50:01 upgrade systemd:amd64 252.38-1 252.39-1\n", false)]
    [InlineData("no log at all\n", false)]
    public void A_run_that_is_just_over_is_found_in_dpkgs_log(string log, bool found)
    {
        File.WriteAllText($"{_root}/dpkg.log", log);
        Find()?.Description.ShouldBe("dpkg upgrade systemd:amd64 252.38-1 252.39-1");
        (Find() is not null).ShouldBe(found);
    }

    [Fact]
    public void Nothing_to_read_is_nothing_found() =>
        PackageRun.Find($"{_root}/missing", $"{_root}/missing.log", Time).ShouldBeNull();

    [Fact]
    public void A_job_is_read_from_its_signal_and_only_from_that()
    {
        var signal = new BusEvent.Signal(
            ":1.0", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "JobNew",
            [812u, "/org/freedesktop/systemd1/job/812", "systemd-networkd.service"]);
        UnitJob job = UnitJob.From(signal).ShouldNotBeNull();
        job.Describe(new BusValue<string>.Known("restart")).ShouldBe("restart of systemd-networkd.service");
        job.Describe(new BusValue<string>.Unknown("gone")).ShouldContain("not seen");
        UnitJob.From(signal with { Member = "JobRemoved" }).ShouldBeNull();
        UnitJob.From(signal with { Values = ["812"] }).ShouldBeNull();
    }

    private PackageRun? Find() => PackageRun.Find(_root, $"{_root}/dpkg.log", Time);

    private void Process(int pid, string comm, string cmdline, string mounts = "mnt:[1]")
    {
        string directory = Directory.CreateDirectory($"{_root}/{pid}/ns").Parent!.FullName;
        File.WriteAllText($"{directory}/comm", comm + "\n");
        File.WriteAllText($"{directory}/cmdline", cmdline);
        File.CreateSymbolicLink($"{directory}/ns/mnt", mounts);
    }
}
