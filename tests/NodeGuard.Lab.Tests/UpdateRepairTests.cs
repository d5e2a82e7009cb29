using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>A dpkg that is killed in the middle of a package, by Debian's own tools, and what NodeGuard does about it.</summary>
[Trait("Needs", "root")]
public sealed class UpdateRepairTests(ITestOutputHelper output)
{
    private const string Other = "lab-other";
    private const string Reached = "/var/lib/lab-reached";

    // The first time it never comes back.
    private const string Hanging = $"#!/bin/sh\ntest -e {Reached} && exit 0\ntouch {Reached}\nexec sleep infinity\n";

    private const string Slow = $"#!/bin/sh\ntest -e {Reached} && exec sleep 5\ntouch {Reached}\nexec sleep infinity\n";

    // As above, and the second time it fails as well.
    private const string Broken = $"#!/bin/sh\ntest -e {Reached} && exit 1\ntouch {Reached}\nexec sleep infinity\n";

    public static TheoryData<string> Updatable => [LabSuite.Bookworm.Name, LabSuite.Trixie.Name];

    [Theory]
    [MemberData(nameof(Updatable))]
    public async Task A_dpkg_that_was_killed_is_repaired_when_that_is_said_and_what_is_pending_comes_after_it(string suite)
    {
        await using UpdatableContainer updatable = await StartAsync(suite);
        LabContainer host = updatable.Container;
        await updatable.PublishAsync(AptSource.Debian, new DebPackage(Other, "1"));
        await host.ExecAsync("apt-get", "install", "-q", "-y", Other);
        await InterruptAsync(updatable, Hanging);
        await updatable.PublishAsync(AptSource.Security, new DebPackage(Other, "2"));

        CommandResult refused = await host.TryExecAsync("nodeguard", "updates", "apply");
        refused.ExitCode.ShouldBe(4);
        refused.Error.ShouldContain($"dpkg broke off: {UpdatableContainer.Package} is half configured; repair it with dpkg --configure -a, or have it done (--repair; ");
        (await host.ExecAsync("dpkg", "--audit")).ShouldNotBeEmpty();

        output.WriteLine(await host.ExecAsync("nodeguard", "updates", "apply", "--repair"));

        (await host.ExecAsync("dpkg", "--audit")).ShouldBeEmpty();
        (await updatable.InstalledAsync(), await updatable.InstalledAsync(Other)).ShouldBe(("3", "2"));
        JsonArray runs = JsonNode.Parse(await host.ExecAsync("nodeguard", "updates", "history", "-o", "json"))!["runs"]!.AsArray();
        runs.Select(static run => $"{run!["repairs"]} {run["phase"]} {run["message"]}").ShouldBe(["false succeeded 1 package changed", "true succeeded dpkg is whole again; 0 packages changed"]);
        (await host.ExecAsync("nodeguard", "updates", "history", $"{runs[1]!["id"]}")).ShouldContain($"Setting up {UpdatableContainer.Package} (3)");
        (await host.ExecAsync("systemctl", "list-units", "--all", "--no-legend", "nodeguard-update-*")).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_repair_that_does_not_make_dpkg_whole_is_no_success_and_installs_nothing()
    {
        await using UpdatableContainer updatable = await StartAsync(LabSuite.Trixie.Name);
        LabContainer host = updatable.Container;
        await InterruptAsync(updatable, Broken);

        CommandResult applied = await host.TryExecAsync("nodeguard", "updates", "apply", "--repair");

        applied.ExitCode.ShouldBe(1);
        applied.Output.ShouldContain("/usr/bin/dpkg ended with status 1");
        applied.Output.ShouldContain($"dpkg broke off in the middle of {UpdatableContainer.Package}: dpkg --configure -a");
        JsonNode.Parse(await host.ExecAsync("nodeguard", "updates", "history", "-o", "json"))!["runs"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_stop_waits_for_dpkg_as_a_shutdown_does()
    {
        await using UpdatableContainer updatable = await StartAsync(LabSuite.Trixie.Name);
        LabContainer host = updatable.Container;
        await InterruptAsync(updatable, Slow);
        string id = JsonNode.Parse(await host.ExecAsync("nodeguard", "updates", "apply", "--repair", "--no-wait", "-o", "json"))!["id"]!.ToString();
        string unit = $"nodeguard-update-{id}.service";
        await host.UntilAsync(
            "the script to run again", async () => (await host.TryExecAsync("systemctl", "show", "--property=ActiveState", "--value", unit)).Output.Trim() == "activating"
                && (await host.TryExecAsync("pgrep", "-f", "sleep 5")).ExitCode == 0);

        await host.ExecAsync("systemctl", "stop", unit);

        (await host.ExecAsync("dpkg", "--audit")).ShouldBeEmpty();
    }

    private static async Task<UpdatableContainer> StartAsync(string suite)
    {
        UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Named(suite));
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold");
        await updatable.UntilAsync(UpdatableContainer.Service, "held");
        return updatable;
    }

    /// <summary>apt, dpkg and the script that dpkg runs are killed at once, as by the kernel for want of memory.</summary>
    private static async Task InterruptAsync(UpdatableContainer updatable, string script)
    {
        LabContainer host = updatable.Container;
        await updatable.PublishAsync(
            AptSource.Security, new DebPackage(UpdatableContainer.Package, "3") { Scripts = new Dictionary<string, string> { ["postinst"] = script } });
        await host.ExecAsync("systemd-run", "--unit=by-hand", "--property=KillMode=control-group", "apt-get", "install", "-q", "-y", $"{UpdatableContainer.Package}=3");
        await host.UntilAsync("the package's script to run", () => Task.FromResult(File.Exists(host.ProcPath(Reached))));
        await host.ExecAsync("systemctl", "kill", "--signal=KILL", "by-hand.service");
        await host.UntilAsync("them to be dead", async () => (await host.TryExecAsync("systemctl", "is-active", "by-hand.service")).Output.Trim() is "failed" or "inactive");
        (await host.ExecAsync("dpkg", "--audit")).ShouldContain(UpdatableContainer.Package);
    }
}
