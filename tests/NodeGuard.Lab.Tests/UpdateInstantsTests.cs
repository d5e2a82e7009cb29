using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>
/// At random instants of an update the agent, the host's tool or the whole host is killed, stopped or started again. Whatever
/// comes of it: no version is installed by two runs, no run is told as done that is not, and a broken dpkg is told.
/// </summary>
[Trait("Needs", "root")]
[Trait("Invariant", "9")]
[Trait("Invariant", "11")]
public sealed class UpdateInstantsTests(ITestOutputHelper output)
{
    private const string Second = "lab-second";
    private const string Installs = "Commandline: /usr/bin/apt-get install ";

    // From before the wish to after the last look; scripts of packages sleep for most of it.
    private const int LongestDelayMilliseconds = 2600;

    public static TheoryData<string> Updatable => [LabSuite.Bookworm.Name, LabSuite.Trixie.Name];

    /// <summary>Fifty of each suite are the hundred that a release is proved with.</summary>
    private static int Instants =>
        int.TryParse(Environment.GetEnvironmentVariable("LAB_INSTANTS"), CultureInfo.InvariantCulture, out int instants) ? instants : 6;

    [Theory]
    [MemberData(nameof(Updatable))]
    public async Task No_instant_makes_two_runs_or_a_false_success_or_hides_a_broken_dpkg(string suite)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {Instants} instants");
        var random = new Random(seed);
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Named(suite));
        await updatable.PublishAsync(AptSource.Debian, new DebPackage(Second, "1"));
        await updatable.Container.ExecAsync("apt-get", "install", "-q", "-y", Second);
        // With these systemd mounts a /proc of its own, which shows the boot id of the host below the container.
        await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold NODEGUARD_UPDATES_PERSISTENT=true", "ProtectKernelTunables=no", "ProtectControlGroups=no");
        await updatable.UntilAsync(UpdatableContainer.Service, "held");

        InstantDeed[] deeds = Enum.GetValues<InstantDeed>();
        for (int i = 0; i < Instants; i++)
        {
            // Each deed in its turn, so that a few instants are of different kinds already.
            await InstantAsync(updatable, deeds[i % deeds.Length], random.Next(LongestDelayMilliseconds), version: 10 + i);
        }
    }

    private async Task InstantAsync(UpdatableContainer updatable, InstantDeed deed, int delay, int version)
    {
        LabContainer host = updatable.Container;
        await updatable.PublishAsync(AptSource.Security, Slow(UpdatableContainer.Package, version), Slow(Second, version));
        string[] known = [.. (await HistoryAsync(host)).Select(IdOf)];

        using Process apply = host.StartInside("nodeguard", "updates", "apply", "--no-wait");
        await Task.Delay(delay);
        await DoAsync(host, deed);
        await apply.WaitForExitAsync();
        await AgentAnswersAsync(host);
        JsonNode? run = await EndAsync(host, known);

        string story = $"{deed} after {delay} ms: {(run is null ? "no run" : $"{run["phase"]}: {run["message"]}")}";
        output.WriteLine(story);
        string installs = await host.ShellAsync($"grep -h '^{Installs}' /var/log/apt/history.log | grep -c '{UpdatableContainer.Package}:all={version}' || true");
        int.Parse(installs, CultureInfo.InvariantCulture).ShouldBeLessThanOrEqualTo(run is null ? 0 : 1, story);
        string broken = await BrokenAsync(host);
        if (run?["phase"]?.ToString() == "succeeded")
        {
            (await updatable.InstalledAsync(), await updatable.InstalledAsync(Second)).ShouldBe(($"{version}", $"{version}"), story);
            broken.ShouldBeEmpty(story);
        }

        if (broken.Length > 0)
        {
            (await PendingAsync(host))["updates"]!["interrupted"]?.ToString().ShouldNotBeNullOrEmpty($"{story}\n{broken}");
            await RepairAsync(host, story);
        }

        await CatchUpAsync(updatable, version, story);
    }

    /// <summary>What dpkg can end it ends; of what it broke off while unpacking it wants a new copy, and NodeGuard says so.</summary>
    private static async Task RepairAsync(LabContainer host, string story)
    {
        CommandResult repaired = await host.TryExecAsync("nodeguard", "updates", "apply", "--repair");
        if (repaired.ExitCode == 0)
            return;
        (repaired.Output + repaired.Error).ShouldContain("apt-get install --reinstall", Case.Sensitive, story);
        await host.ShellAsync("apt-get install -q -y --reinstall $(dpkg-query -W -f '${db:Status-Eflag} ${Package}\n' | sed -n 's/^reinstreq //p'); dpkg --configure -a");
    }

    /// <summary>What is left of the version comes with a second wish: nothing that happened has left the host unable.</summary>
    private static async Task CatchUpAsync(UpdatableContainer updatable, int version, string story)
    {
        CommandResult again = await updatable.Container.TryExecAsync("nodeguard", "updates", "apply");
        again.ExitCode.ShouldBe(0, $"{story}\n{again.Output}{again.Error}");
        (await updatable.InstalledAsync(), await updatable.InstalledAsync(Second)).ShouldBe(($"{version}", $"{version}"), story);
    }

    private static async Task DoAsync(LabContainer host, InstantDeed deed)
    {
        switch (deed)
        {
            case InstantDeed.KillAgent:
                await host.TryExecAsync("systemctl", "kill", "--kill-whom=main", "--signal=KILL", UpdatableContainer.AgentUnit);
                break;
            case InstantDeed.StopAgent:
                await host.TryExecAsync("systemctl", "stop", UpdatableContainer.AgentUnit);
                break;
            case InstantDeed.FreezeAgent:
                await host.TryExecAsync("systemctl", "kill", "--kill-whom=main", "--signal=STOP", UpdatableContainer.AgentUnit);
                await Task.Delay(TimeSpan.FromSeconds(2));
                await host.TryExecAsync("systemctl", "kill", "--kill-whom=main", "--signal=CONT", UpdatableContainer.AgentUnit);
                break;
            case InstantDeed.KillTool:
                await host.TryExecAsync("systemctl", "kill", "--signal=KILL", "nodeguard-update-*");
                break;
            case InstantDeed.StopTool:
                await host.TryExecAsync("systemctl", "stop", "nodeguard-update-*");
                break;
            case InstantDeed.Reboot:
                await host.TryExecAsync("systemctl", "reboot");
                await host.RebootedAsync();
                break;
            case InstantDeed.CutPower:
                await host.TryExecAsync("systemctl", "reboot", "--force", "--force");
                await host.RebootedAsync();
                break;
        }
    }

    private static async Task AgentAnswersAsync(LabContainer host)
    {
        await host.TryExecAsync("systemctl", "start", UpdatableContainer.AgentUnit);
        await host.UntilAsync("the agent to answer", async () => (await host.TryExecAsync("nodeguard", "updates", "history")).ExitCode == 0);
    }

    /// <summary>The one run that came of the wish, when it is over; null where the wish reached nobody.</summary>
    private static async Task<JsonNode?> EndAsync(LabContainer host, string[] known)
    {
        JsonNode? run = null;
        await host.UntilAsync(
            "the update to be over",
            async () =>
            {
                JsonNode[] fresh = [.. (await HistoryAsync(host)).Where(seen => !known.Contains(IdOf(seen)))];
                fresh.Length.ShouldBeLessThanOrEqualTo(1, "one wish, one run");
                run = fresh.FirstOrDefault();
                return run is null || run["phase"]!.ToString() is "succeeded" or "failed";
            },
            TimeSpan.FromSeconds(60));
        return run;
    }

    /// <summary>What dpkg itself has to complain about, and what it has not written into its database yet; empty when it is whole.</summary>
    private static async Task<string> BrokenAsync(LabContainer host)
    {
        // What was stopped or killed may leave a dpkg that goes on with what it has begun.
        await host.UntilAsync("dpkg to be at rest", async () => (await host.TryExecAsync("pgrep", "-x", "dpkg")).ExitCode != 0);
        return await host.ExecAsync("dpkg", "--audit") + await host.ShellAsync("ls /var/lib/dpkg/updates");
    }

    private static async Task<JsonNode> PendingAsync(LabContainer host)
    {
        CommandResult pending = await host.TryExecAsync("nodeguard", "updates", "pending", "-o", "json");
        return JsonNode.Parse(pending.Output)!;
    }

    private static async Task<JsonNode[]> HistoryAsync(LabContainer host) =>
        [.. JsonNode.Parse(await host.ExecAsync("nodeguard", "updates", "history", "-o", "json"))!["runs"]!.AsArray().Select(static run => run!)];

    private static string IdOf(JsonNode run) => run["id"]!.ToString();

    private static DebPackage Slow(string name, int version) =>
        new(name, $"{version}")
        {
            Scripts = new Dictionary<string, string> { ["preinst"] = "#!/bin/sh\nsleep 0.2\n", ["postinst"] = "#!/bin/sh\nsleep 0.4\n" },
        };

    private enum InstantDeed
    {
        KillAgent,
        Reboot,
        KillTool,
        StopAgent,
        CutPower,
        StopTool,
        FreezeAgent,
    }
}
