using System.Diagnostics;
using System.Globalization;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;
using NodeGuard.Testing;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>What installs or restarts besides the gated units: Debian's own apt, needrestart and snapd on a held host.</summary>
[Trait("Needs", "root")]
public sealed class UpdateWaysTests(ITestOutputHelper output)
{
    private const string Daemon = "lab-daemon.service";

    public static TheoryData<string> Updatable => [LabSuite.Bookworm.Name, LabSuite.Trixie.Name];

    [Theory]
    [MemberData(nameof(Updatable))]
    [Trait("Invariant", "8")]
    public async Task The_gate_refuses_apt_without_a_permit_and_lets_it_through_with_one_or_without_NodeGuard(string suite)
    {
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Named(suite));
        LabContainer host = updatable.Container;
        string before = await updatable.FilesAsync();
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold NODEGUARD_UPDATES_APT_GATE=true");
        await updatable.UntilWayAsync("apt", "held");
        output.WriteLine(await host.ExecAsync("nodeguard", "updates", "list", "-o", "wide"));

        CommandResult refused = await InstallAsync(host);
        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("NodeGuard holds the updates of this node (by updates.mode of its agent)");
        refused.Error.ShouldContain("nodeguard updates release");
        (await updatable.InstalledAsync()).ShouldBe("1", "refused");
        (await host.ExecAsync("apt-get", "-s", "install", UpdatableContainer.Package)).ShouldContain($"Inst {UpdatableContainer.Package}");
        await host.ExecAsync("nodeguard", "updates", "apply");
        (await updatable.InstalledAsync()).ShouldBe("2", "NodeGuard's own update");

        await updatable.PublishAsync("3");
        await host.WriteFileAsync(HoldFile.Permit, "");
        (await InstallAsync(host)).ExitCode.ShouldBe(0, "with a permit");
        await host.ExecAsync("rm", HoldFile.Permit);

        await updatable.PublishAsync("4");
        (await InstallAsync(host)).ExitCode.ShouldNotBe(0, "held again");
        await host.ExecAsync("nodeguard", "updates", "release");
        File.Exists(host.ProcPath(AptGate.Path)).ShouldBeFalse();
        (await InstallAsync(host)).ExitCode.ShouldBe(0, "released");

        await updatable.PublishAsync("5");
        await host.ExecAsync("nodeguard", "updates", "hold");
        await updatable.UntilWayAsync("apt", "held");
        await host.ExecAsync("systemctl", "kill", "--signal=KILL", UpdatableContainer.AgentUnit);
        (await InstallAsync(host)).ExitCode.ShouldNotBe(0, "held over a crash of the agent");
        await host.ExecAsync("systemctl", "stop", UpdatableContainer.AgentUnit);
        await host.ExecAsync("touch", "--date=2 days ago", HoldMark.Path);
        (await InstallAsync(host)).ExitCode.ShouldBe(0, "the agent has been gone for days");
        await updatable.PublishAsync("6");
        await host.ExecAsync("rm", HoldMark.Path);
        (await InstallAsync(host)).ExitCode.ShouldBe(0, "as after a boot without the agent");

        await updatable.UninstallAgentAsync();
        (await updatable.FilesAsync()).ShouldBe(before);
    }

    [Fact]
    [Trait("Invariant", "8")]
    public async Task A_file_of_somebody_else_at_the_gates_place_is_told_and_left()
    {
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Bookworm);
        const string Theirs = "// a person's own\n";
        await updatable.Container.WriteFileAsync(AptGate.Path, Theirs);
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold NODEGUARD_UPDATES_APT_GATE=true");

        await updatable.UntilWayAsync("apt", "foreignDropIn");

        (await updatable.Container.TryExecAsync("nodeguard", "updates", "list")).ExitCode.ShouldBe(1);
        await updatable.UninstallAgentAsync();
        (await updatable.Container.ReadFileAsync(AptGate.Path)).ShouldBe(Theirs);
    }

    [Theory]
    [MemberData(nameof(Updatable))]
    [Trait("Invariant", "8")]
    public async Task Needrestart_restarts_nothing_while_held_nor_after_an_update_of_NodeGuards(string suite)
    {
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Named(suite));
        LabContainer host = updatable.Container;
        await updatable.InstallFromDebianAsync("needrestart");
        await host.ShellAsync("sed -i \"s/^#\\$nrconf{restart} = 'i'/\\$nrconf{restart} = 'a'/\" /etc/needrestart/needrestart.conf; grep -q \"^.nrconf{restart} = 'a'\" /etc/needrestart/needrestart.conf");
        await host.ShellAsync("cp /bin/sleep /usr/local/bin/lab-daemon");
        await host.WriteFileAsync($"/etc/systemd/system/{Daemon}", "[Service]\nExecStart=/usr/local/bin/lab-daemon infinity\n");
        await host.ExecAsync("systemctl", "daemon-reload");
        await host.ExecAsync("systemctl", "start", Daemon);
        string before = await updatable.FilesAsync() + await host.ShellAsync("sha256sum /etc/needrestart/conf.d/*");
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold");
        await updatable.UntilWayAsync("needrestart", "held");

        (await RestartsAsync(host, "DEBIAN_FRONTEND=noninteractive needrestart")).ShouldBeFalse("held");
        (await RestartsAsync(host, $"apt-get install -q -y {UpdatableContainer.Package}")).ShouldBeFalse("held, after apt by hand");
        (await updatable.InstalledAsync()).ShouldBe("2");
        await updatable.PublishAsync("3");
        (await RestartsAsync(host, "nodeguard updates apply")).ShouldBeFalse("held, after an update of NodeGuard's");
        (await updatable.InstalledAsync()).ShouldBe("3");
        await host.ExecAsync("nodeguard", "updates", "release");
        await updatable.PublishAsync("4");
        (await RestartsAsync(host, "nodeguard updates apply")).ShouldBeFalse("released, after an update of NodeGuard's");
        (await updatable.InstalledAsync()).ShouldBe("4");
        (await RestartsAsync(host, "DEBIAN_FRONTEND=noninteractive needrestart")).ShouldBeTrue("released");

        await updatable.UninstallAgentAsync();
        (await updatable.FilesAsync() + await host.ShellAsync("sha256sum /etc/needrestart/conf.d/*")).ShouldBe(before);
    }

    [Fact]
    [Trait("Invariant", "8")]
    public Task Snapds_refreshes_are_held_and_its_setting_is_given_back() => SnapdIsHeldAsync(LabSuite.Bookworm);

    [VerifyFact]
    [Trait("Category", "Verify")]
    [Trait("Invariant", "8")]
    public Task Snapds_refreshes_are_held_and_its_setting_is_given_back_on_trixie() => SnapdIsHeldAsync(LabSuite.Trixie);

    private static async Task SnapdIsHeldAsync(LabSuite suite)
    {
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(suite);
        LabContainer host = updatable.Container;
        await updatable.InstallFromDebianAsync("snapd");
        using Process snapd = await StartSnapdAsync(host);
        string theirs = $"{DateTimeOffset.UtcNow.AddHours(3):yyyy-MM-dd'T'HH:mm:ss'Z'}";
        await host.ExecAsync("snap", "set", "system", $"refresh.hold={theirs}");
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold");

        await host.UntilAsync("snapd to be held for two days", async () => DateTimeOffset.Parse(await HoldAsync(host), CultureInfo.InvariantCulture) > DateTimeOffset.UtcNow.AddHours(47));
        await updatable.UntilWayAsync("snap", "held");
        await host.ExecAsync("nodeguard", "updates", "release");
        (await HoldAsync(host)).ShouldBe(theirs, "released");

        await host.ExecAsync("nodeguard", "updates", "hold");
        await host.UntilAsync("snapd to be held again", async () => await HoldAsync(host) != theirs);
        await updatable.UninstallAgentAsync();
        (await HoldAsync(host)).ShouldBe(theirs, "uninstalled");

        string longer = $"{DateTimeOffset.UtcNow.AddDays(30):yyyy-MM-dd'T'HH:mm:ss'Z'}";
        await host.ExecAsync("snap", "set", "system", $"refresh.hold={longer}");
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold");
        await updatable.UntilWayAsync("snap", "held");
        (await HoldAsync(host)).ShouldBe(longer, "a person's longer hold");
    }

    /// <summary>
    /// snapd refuses all work where it cannot mount its images, which a container may not: so it is started with this host's
    /// rights, in the container's files, processes and network. Without snaps it would end by itself after seconds, and without
    /// a store that answers it would ask half a minute for one before it did anything else.
    /// </summary>
    private static async Task<Process> StartSnapdAsync(LabContainer host)
    {
        await host.ShellAsync("systemctl mask --now snapd.socket snapd.service; rm -f /run/snapd.socket");
        string[] inside = ["nsenter", "--target", $"{host.Leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd", "--", "/bin/sh", "-ec"];
        (await CommandRunner.RunAsync([.. inside, "mknod /dev/loop-control c 10 237; for i in 0 1 2 3 4 5 6 7; do mknod /dev/loop$i b 7 $i; done"])).Succeeded();
        Process snapd = CommandRunner.Start([.. inside,
            "python3 -m http.server --bind 127.0.0.1 8099 --directory /mnt >/dev/null 2>&1 & "
            + "exec env SNAPD_STANDBY_WAIT=30m SNAPPY_FORCE_API_URL=http://127.0.0.1:8099/ /usr/lib/snapd/snapd >/var/log/snapd.log 2>&1"]);
        await host.UntilAsync(
            "snapd to take settings",
            async () => (await host.TryExecAsync("snap", "set", "system", "refresh.retain=3")).ExitCode == 0,
            TimeSpan.FromSeconds(90));
        return snapd;
    }

    private static async Task<string> HoldAsync(LabContainer host) => (await host.ExecAsync("snap", "get", "system", "refresh.hold")).Trim();

    private static Task<CommandResult> InstallAsync(LabContainer host) => host.TryExecAsync("apt-get", "install", "-q", "-y", UpdatableContainer.Package);

    /// <summary>Whether the command has the daemon restarted, whose program is another than the one that runs.</summary>
    private static async Task<bool> RestartsAsync(LabContainer host, string command)
    {
        await host.ShellAsync("cp /bin/sleep /usr/local/bin/lab-daemon.new; mv /usr/local/bin/lab-daemon.new /usr/local/bin/lab-daemon");
        string before = await PidAsync(host);
        await host.ShellAsync(command);
        return await PidAsync(host) != before;
    }

    private static Task<string> PidAsync(LabContainer host) => host.ExecAsync("systemctl", "show", "--property=MainPID", "--value", Daemon);
}
