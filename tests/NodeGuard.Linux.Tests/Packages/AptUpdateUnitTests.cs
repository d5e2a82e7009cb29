using Microsoft.Win32.SafeHandles;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Tests.Systemd.Bus;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Packages;

/// <summary>The unit in which apt-get works, by a systemd that starts nothing.</summary>
public sealed class AptUpdateUnitTests : IAsyncLifetime, IDisposable
{
    private static readonly WantedPackage[] Packages = [new("zlib1g", "amd64", "1:1.2$x"), new("tzdata", "all", "2") { Automatic = true }];

    private readonly PrivateBus _daemon = new();
    private readonly string _log = Path.GetTempFileName();
    private FakeSystemd _systemd = null!;
    private SystemBus _bus = null!;
    private AptUpdateUnit _unit = null!;

    public async Task InitializeAsync()
    {
        await _daemon.StartAsync();
        _systemd = new FakeSystemd(_daemon.Address);
        await _systemd.Ready;
        _bus = new SystemBus(new BusOptions { Matches = [], Address = _daemon.Address });
        _unit = new AptUpdateUnit(_bus);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _bus.Dispose();
        _systemd.Dispose();
        _daemon.Dispose();
        File.Delete(_log);
    }

    [Fact]
    public async Task Apt_gets_exactly_the_versions_and_gives_back_its_marks_and_what_it_writes_is_kept()
    {
        _systemd.Writes = ("Reading package lists...\n"u8.ToArray(), []);

        (await StartAsync()).ShouldBeNull();

        _systemd.Unit.ShouldBe("nodeguard-update-a.service");
        string[] commands = [.. ((List<object>)_systemd.Started["ExecStart"]).Cast<List<object>>().Select(command => string.Join(' ', ((List<object>)command[1]).Cast<string>()))];
        commands[0].ShouldStartWith("/usr/bin/apt-get install --yes --only-upgrade --no-remove ");
        // systemd takes one of two.
        commands[0].ShouldEndWith(" -- zlib1g:amd64=1:1.2$$x tzdata:all=2");
        commands[1].ShouldBe("/usr/bin/apt-mark auto -- tzdata:all");
        ((List<object>)_systemd.Started["Environment"]).ShouldBe(
            ["LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "APT_LISTCHANGES_FRONTEND=none", "NODEGUARD_UPDATE=a", "NEEDRESTART_SUSPEND=1"]);
        _systemd.Started["RemainAfterExit"].ShouldBe(true);
        _systemd.Started["KillMode"].ShouldBe("process");
        (await File.ReadAllTextAsync(_log)).ShouldBe("Reading package lists...\n");
    }

    [Fact]
    public async Task A_repair_ends_what_dpkg_has_begun_and_asks_no_archive()
    {
        using SafeFileHandle log = File.OpenHandle(_log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

        (await _unit.RepairAsync("a", log, CancellationToken.None)).ShouldBeNull();

        _systemd.Unit.ShouldBe("nodeguard-update-a.service");
        ((List<object>)_systemd.Started["ExecStart"]).Cast<List<object>>().Select(static command => string.Join(' ', ((List<object>)command[1]).Cast<string>()))
            .ShouldBe(["/usr/bin/dpkg --configure -a --force-confdef --force-confold"]);
        _systemd.Started["KillMode"].ShouldBe("process");
        _systemd.Started["KillSignal"].ShouldBe(18, "SIGCONT: a stop waits for it");
    }

    [Theory]
    [InlineData("org.freedesktop.systemd1.UnitExists", null)]
    [InlineData("org.freedesktop.DBus.Error.AccessDenied", "systemd did not start nodeguard-update-a.service: org.freedesktop.DBus.Error.AccessDenied: no")]
    [Trait("Invariant", "9")]
    public async Task One_that_exists_was_started_before(string error, string? problem)
    {
        (_systemd.Refuses, _systemd.RefusesAs) = ("no", error);

        (await StartAsync()).ShouldBe(problem);
    }

    [Theory]
    [InlineData("not-found", "inactive", 0, 0, UpdateUnitState.Absent, null)]
    [InlineData("loaded", "activating", 0, 0, UpdateUnitState.Running, null)]
    [InlineData("loaded", "inactive", 0, 0, UpdateUnitState.Running, null)]
    [InlineData("loaded", "deactivating", 1, 0, UpdateUnitState.Running, null)]
    [InlineData("loaded", "active", 1, 0, UpdateUnitState.Succeeded, 0)]
    [InlineData("loaded", "failed", 1, 100, UpdateUnitState.Failed, 100)]
    [InlineData("loaded", "failed", 1, 203, UpdateUnitState.Failed, null)]
    [InlineData("loaded", "failed", 2, 9, UpdateUnitState.Failed, null)]
    public async Task How_it_stands_is_systemd_s_word(string load, string active, int code, int status, UpdateUnitState state, int? exit)
    {
        _systemd.Properties["LoadState"] = load;
        _systemd.Properties["ActiveState"] = active;
        _systemd.Properties["ExecMainCode"] = code;
        _systemd.Properties["ExecMainStatus"] = status;

        UpdateUnitLook look = await _unit.LookAsync("a", repairs: false, CancellationToken.None);

        (look.State, look.ExitStatus).ShouldBe((state, exit), look.Message);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_systemd_that_does_not_answer_leaves_it_unknown()
    {
        using var nobody = new SystemBus(new BusOptions { Matches = [], Address = "unix:path=/nonexistent/nodeguard/bus" });

        (await new AptUpdateUnit(nobody).LookAsync("a", repairs: false, CancellationToken.None)).State.ShouldBe(UpdateUnitState.Unknown);
    }

    [Fact]
    public async Task What_is_noted_down_is_forgotten_by_systemd()
    {
        await _unit.ForgetAsync("a", CancellationToken.None);

        _systemd.Calls.ShouldBe(["StopUnit nodeguard-update-a.service", "ResetFailedUnit nodeguard-update-a.service"]);
    }

    private async Task<string?> StartAsync()
    {
        using SafeFileHandle log = File.OpenHandle(_log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        return await _unit.StartAsync("a", Packages, log, CancellationToken.None);
    }
}
