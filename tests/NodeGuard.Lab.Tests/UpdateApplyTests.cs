using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>Updates that the agent runs with Debian's own apt and dpkg, on a host where everything else is held.</summary>
[Trait("Needs", "root")]
public sealed class UpdateApplyTests(ITestOutputHelper output)
{
    private const string Other = "lab-other";
    private const string Slow = "#!/bin/sh\ndate +%s%N >> /var/lib/lab-runs\nsleep 4\n";

    public static TheoryData<string> Updatable => [LabSuite.Bookworm.Name, LabSuite.Trixie.Name];

    [Theory]
    [MemberData(nameof(Updatable))]
    public async Task Exactly_what_was_allowed_is_installed_once_while_all_else_is_held(string suite)
    {
        await using UpdatableContainer updatable = await StartAsync(suite);
        LabContainer host = updatable.Container;
        await updatable.PublishAsync(AptSource.Debian, new DebPackage(Other, "1"));
        await host.ExecAsync("apt-get", "install", "-q", "-y", Other);
        await host.ExecAsync("apt-mark", "auto", Other, UpdatableContainer.Package);
        await updatable.PublishAsync(AptSource.Debian, new DebPackage(Other, "2"));
        string marked = await host.ExecAsync("apt-mark", "showauto");

        (await host.ExecAsync("nodeguard", "updates", "apply", "--dry-run")).ShouldNotContain(Other);
        (await updatable.InstalledAsync()).ShouldBe("1", "a dry run");
        output.WriteLine(await host.ExecAsync("nodeguard", "updates", "apply"));
        (await updatable.InstalledAsync(), await updatable.InstalledAsync(Other)).ShouldBe(("2", "1"), "security alone");
        (await ChangesAsync(host)).ShouldBe([$"{UpdatableContainer.Package} 1 2"]);
        await host.ExecAsync("nodeguard", "updates", "apply");
        (await ChangesAsync(host)).ShouldBeEmpty("nothing was pending any more");
        await host.ExecAsync("nodeguard", "updates", "apply", "--all");
        (await ChangesAsync(host)).ShouldBe([$"{Other} 1 2"]);

        (await host.ExecAsync("apt-mark", "showauto")).ShouldBe(marked);
        (await host.ExecAsync("systemctl", "list-units", "--all", "--no-legend", "nodeguard-update-*")).ShouldBeEmpty();
        await updatable.UntilAsync(UpdatableContainer.Service, "held");
        output.WriteLine(await host.ExecAsync("nodeguard", "updates", "history"));
    }

    [Theory]
    [MemberData(nameof(Updatable))]
    [Trait("Invariant", "9")]
    [Trait("Invariant", "11")]
    public async Task An_agent_that_dies_in_the_middle_finds_its_update_again_and_a_host_that_goes_down_is_told(string suite)
    {
        await using UpdatableContainer updatable = await StartAsync(suite);
        LabContainer host = updatable.Container;
        await updatable.PublishAsync(AptSource.Security, SlowPackage("3"));

        string id = await BeginAsync(host);
        await RunsAsync(host, 1);
        (await host.TryExecAsync("nodeguard", "updates", "apply", "--no-wait")).ExitCode.ShouldBe(4, "one runs already");
        await host.ExecAsync("systemctl", "kill", "--signal=KILL", UpdatableContainer.AgentUnit);
        await EndsAsync(host, id, "succeeded");
        (await host.ReadFileAsync("/var/lib/lab-runs")).Trim().Split('\n').Length.ShouldBe(1, "run once");
        (await updatable.InstalledAsync()).ShouldBe("3");

        await updatable.PublishAsync(AptSource.Security, SlowPackage("4"));
        id = await BeginAsync(host);
        await RunsAsync(host, 2);
        // Without a word to any unit, as when the power goes.
        await host.TryExecAsync("systemctl", "reboot", "--force", "--force");
        await host.RebootedAsync();
        JsonNode run = await EndsAsync(host, id, "failed");
        run["message"]!.ToString().ShouldContain("the host went down while the update was at work");
        run["message"]!.ToString().ShouldContain($"dpkg broke off in the middle of {UpdatableContainer.Package}");
        CommandResult refused = await host.TryExecAsync("nodeguard", "updates", "apply");
        refused.ExitCode.ShouldBe(4);
        output.WriteLine(refused.Error);
        await host.ExecAsync("dpkg", "--configure", "-a");
        await host.ExecAsync("nodeguard", "updates", "apply");
        (await updatable.InstalledAsync()).ShouldBe("4");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_package_that_cannot_be_configured_is_no_success()
    {
        await using UpdatableContainer updatable = await StartAsync(LabSuite.Bookworm.Name);
        LabContainer host = updatable.Container;
        await updatable.PublishAsync(
            AptSource.Security, new DebPackage(UpdatableContainer.Package, "3") { Scripts = new Dictionary<string, string> { ["postinst"] = "#!/bin/sh\necho it cannot be\nexit 1\n" } });

        CommandResult applied = await host.TryExecAsync("nodeguard", "updates", "apply");
        applied.ExitCode.ShouldBe(1);
        applied.Output.ShouldContain("/usr/bin/apt-get ended with status 100");
        applied.Output.ShouldContain($"dpkg broke off in the middle of {UpdatableContainer.Package}: dpkg --configure -a");
        string id = (await HistoryAsync(host))[0]!["id"]!.ToString();
        (await host.ExecAsync("nodeguard", "updates", "history", id)).ShouldContain("it cannot be");
    }

    private static DebPackage SlowPackage(string version) =>
        new(UpdatableContainer.Package, version) { Scripts = new Dictionary<string, string> { ["postinst"] = Slow } };

    private static async Task<UpdatableContainer> StartAsync(string suite)
    {
        UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Named(suite));
        // With these systemd mounts a /proc of its own, which shows the boot id of the host below the container.
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold NODEGUARD_UPDATES_PERSISTENT=true", "ProtectKernelTunables=no", "ProtectControlGroups=no");
        await updatable.UntilAsync(UpdatableContainer.Service, "held");
        return updatable;
    }

    private static async Task<string> BeginAsync(LabContainer host) =>
        JsonNode.Parse(await host.ExecAsync("nodeguard", "updates", "apply", "--no-wait", "-o", "json"))!["id"]!.ToString();

    /// <summary>Waits until the package's script has begun for so many times.</summary>
    private static Task RunsAsync(LabContainer host, int times) => host.UntilAsync(
        "the package to be configured",
        async () => File.Exists(host.ProcPath("/var/lib/lab-runs")) && (await host.ReadFileAsync("/var/lib/lab-runs")).Split('\n').Length > times);

    private static async Task<JsonNode> EndsAsync(LabContainer host, string id, string phase)
    {
        JsonNode? run = null;
        await host.UntilAsync(
            $"update {id} to be over",
            async () => (run = (await HistoryAsync(host)).FirstOrDefault(known => known!["id"]!.ToString() == id))?["phase"]?.ToString() is "succeeded" or "failed",
            TimeSpan.FromSeconds(60));
        run!["phase"]!.ToString().ShouldBe(phase, run.ToJsonString());
        return run;
    }

    private static async Task<JsonArray> HistoryAsync(LabContainer host)
    {
        CommandResult history = await host.TryExecAsync("nodeguard", "updates", "history", "-o", "json");
        return history.ExitCode == 0 ? JsonNode.Parse(history.Output)!["runs"]!.AsArray() : [];
    }

    private static async Task<IEnumerable<string>> ChangesAsync(LabContainer host) =>
        [.. (await HistoryAsync(host))[0]!["changes"]!.AsArray().Select(static change => $"{change!["name"]} {change["from"]} {change["to"]}")];
}
