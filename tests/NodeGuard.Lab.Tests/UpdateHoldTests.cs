using NodeGuard.Core.Updates;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>Debian's own unattended-upgrades with a pending security update, held by an agent as install.sh brings it.</summary>
[Trait("Needs", "root")]
public sealed class UpdateHoldTests(ITestOutputHelper output)
{
    private const string DropIn = "/run/systemd/system/apt-daily-upgrade.service.d/zz-nodeguard.conf";

    public static TheoryData<string> Updatable => [LabSuite.Bookworm.Name, LabSuite.Trixie.Name];

    [Theory]
    [MemberData(nameof(Updatable))]
    [Trait("Invariant", "8")]
    public async Task Nothing_is_installed_while_held_and_everything_is_as_before_when_let_go(string suite)
    {
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Named(suite));
        LabContainer container = updatable.Container;
        string before = await updatable.FilesAsync();
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold");
        await updatable.UntilAsync(UpdatableContainer.Service, "held");

        await updatable.UpdateAsync();
        (await updatable.InstalledAsync()).ShouldBe("1", "started by hand");
        await updatable.LetTimerElapseAsync();
        (await updatable.ConditionAsync()).ShouldBe("no");
        (await updatable.InstalledAsync()).ShouldBe("1", "started by its timer");
        output.WriteLine(await container.ExecAsync("nodeguard", "updates", "list", "-o", "wide"));

        await container.WriteFileAsync(HoldFile.Permit, "");
        await updatable.UpdateAsync();
        (await updatable.InstalledAsync()).ShouldBe("2", "with a permit");
        await container.ExecAsync("rm", HoldFile.Permit);

        await updatable.PublishAsync("3");
        await container.ExecAsync("systemctl", "restart", UpdatableContainer.AgentUnit);
        await updatable.UpdateAsync();
        (await updatable.InstalledAsync()).ShouldBe("2", "held over a restart of the agent");
        output.WriteLine(await container.ExecAsync("nodeguard", "updates", "release"));
        File.Exists(container.ProcPath(DropIn)).ShouldBeFalse();
        await updatable.UpdateAsync();
        (await updatable.InstalledAsync()).ShouldBe("3", "released");
        await container.ExecAsync("systemctl", "restart", UpdatableContainer.AgentUnit);
        await updatable.UntilAsync(UpdatableContainer.Service, "free");

        await updatable.PublishAsync("4");
        await container.ExecAsync("nodeguard", "updates", "hold");
        await updatable.UpdateAsync();
        (await updatable.InstalledAsync()).ShouldBe("3", "held again");
        await updatable.UninstallAgentAsync();
        (await updatable.FilesAsync()).ShouldBe(before);
        await updatable.UpdateAsync();
        (await updatable.InstalledAsync()).ShouldBe("4", "uninstalled");
    }

    [Fact]
    [Trait("Invariant", "8")]
    [Trait("Invariant", "11")]
    public async Task Units_that_run_appear_are_masked_or_overruled_are_told_and_left_alone()
    {
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Trixie);
        LabContainer container = updatable.Container;
        const string Running = "transactional-update.service";
        await container.WriteFileAsync($"/etc/systemd/system/{Running}", "[Service]\nExecStart=/bin/sleep infinity\n");
        await container.ExecAsync("systemctl", "daemon-reload");
        await container.ExecAsync("systemctl", "start", Running);
        string pid = await container.ExecAsync("systemctl", "show", "--property=MainPID", "--value", Running);
        string before = await updatable.FilesAsync();
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold NODEGUARD_UPDATES_PERSISTENT=true");

        await updatable.UntilAsync(UpdatableContainer.Service, "held");
        await updatable.UntilAsync(Running, "running");
        (await container.ExecAsync("systemctl", "show", "--property=MainPID", "--value", Running)).ShouldBe(pid);
        File.Exists(container.ProcPath("/etc" + DropIn[4..])).ShouldBeTrue("persistent is under /etc");

        await container.WriteFileAsync("/usr/lib/systemd/system/dnf-automatic-install.service", "[Service]\nExecStart=/bin/true\n");
        await updatable.UntilAsync("dnf-automatic-install.service", "held");
        await container.WriteFileAsync("/etc/systemd/system/apt-daily.service.d/zzz-site.conf", "[Unit]\nConditionPathExists=\n");
        await container.ExecAsync("systemctl", "daemon-reload");
        await updatable.UntilAsync("apt-daily.service", "foreignDropIn");
        await container.ExecAsync("systemctl", "mask", "dnf-automatic-install.service");
        await updatable.UntilAsync("dnf-automatic-install.service", "masked");
        (await container.TryExecAsync("nodeguard", "updates", "list")).ExitCode.ShouldBe(1, "a unit that should be held is not");

        await container.ExecAsync("systemctl", "unmask", "dnf-automatic-install.service");
        await container.ExecAsync("rm", "-r", "/etc/systemd/system/apt-daily.service.d/zzz-site.conf", "/usr/lib/systemd/system/dnf-automatic-install.service");
        await updatable.UninstallAgentAsync();
        (await updatable.FilesAsync()).ShouldBe(before);
        (await container.ExecAsync("systemctl", "show", "--property=MainPID", "--value", Running)).ShouldBe(pid, "a running update is never stopped");
    }

    [Fact]
    public async Task Observing_tells_what_it_would_hold_and_writes_nothing()
    {
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Bookworm);
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=observe");

        await updatable.UntilAsync(UpdatableContainer.Service, "wouldHold");
        (await updatable.Container.ShellAsync("find /run/systemd/system /etc/systemd/system -name zz-nodeguard.conf")).ShouldBeEmpty();
        await updatable.UpdateAsync();
        (await updatable.InstalledAsync()).ShouldBe("2");
    }
}
