using System.Text.Json;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>`nodeguard doctor` where no agent was ever installed, against what networkd then does.</summary>
[Trait("Needs", "root")]
public sealed class DoctorTests(ITestOutputHelper output)
{
    private const string Program = "/usr/local/bin/nodeguard";

    // What the doctor names, and the sections of the snapshot in which such objects are.
    private static readonly (string Named, string Section)[] Kinds =
        [("rules", "rule4"), ("routes", "route4"), ("nexthops", "nexthop"), ("addresses", "addr4")];

    /// <summary>bullseye, whose networkd spares rules, with LAB_ALL=1; trixie always.</summary>
    public static TheoryData<string> Unlike =>
        [.. LabSuite.Selected.Where(suite => suite != LabSuite.Bookworm && suite != LabSuite.Sid).Select(suite => suite.Name)];

    [Theory]
    [MemberData(nameof(Unlike))]
    [Trait("Invariant", "11")]
    public async Task The_kinds_that_it_says_this_version_deletes_are_those_that_a_restart_deletes(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        container.Install(LabHost.NodeguardBinary(), Program);
        await ForeignObjects.SeedAsync(container, ForeignObjects.Deletable);
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);

        (int exitCode, Dictionary<string, JsonElement> findings) = await ExamineAsync(container);
        await container.RestartNetworkdAsync();

        exitCode.ShouldBe(1);
        string deleted = findings["version"].GetProperty("title").GetString()!;
        List<SnapshotLine> lost = before.Missing(await NetnsSnapshot.TakeAsync(container));
        foreach ((string named, string section) in Kinds)
        {
            deleted.Contains(named, StringComparison.Ordinal).ShouldBe(lost.Exists(line => line.Section == section), $"{named}: {deleted}");
        }
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_host_without_networkd_has_nothing_to_guard_against_and_its_agent_says_so_and_still_reports()
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Trixie);
        await guarded.Container.ExecAsync("systemctl", "mask", "--now", "systemd-networkd.service", "systemd-networkd.socket");
        await guarded.StopAgentAsync();
        await guarded.StartAgentAsync();

        (int exitCode, Dictionary<string, JsonElement> findings) = await ExamineAsync(guarded.Container);
        exitCode.ShouldBe(0);
        findings.ShouldHaveSingleItem().Value.GetProperty("effective").GetString().ShouldBe("absent");

        await guarded.Container.IpAsync("rule", "add", "from", "203.0.113.9", "table", "300", "priority", "512");
        await guarded.Container.UntilAsync(
            "the agent to say that there is nothing to guard against",
            async () => (await guarded.CliAsync("status", "-o", "json")).Contains("\"nothingToGuardAgainst\"", StringComparison.Ordinal));
        await guarded.Container.UntilAsync(
            "the rule to be listed",
            async () => (await guarded.CliAsync("routes", "list")).Contains("203.0.113.9", StringComparison.Ordinal));
    }

    private async Task<(int ExitCode, Dictionary<string, JsonElement> Findings)> ExamineAsync(LabContainer container)
    {
        CommandResult doctor = await container.TryExecAsync(Program, "doctor", "-o", "json");
        output.WriteLine($"{doctor.Output}\n{doctor.Error}");
        return (doctor.ExitCode, JsonSerializer.Deserialize<JsonElement>(doctor.Output).GetProperty("findings").EnumerateArray()
            .ToDictionary(finding => finding.GetProperty("id").GetString()!, StringComparer.Ordinal));
    }
}
