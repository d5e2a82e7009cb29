using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Lab.Tests.Lab;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>The doctor's verdicts and the files of prevention against what a real networkd then does, without an agent.</summary>
[Trait("Needs", "root")]
public sealed class PreventionTests(ITestOutputHelper output)
{
    private const string NetworkFile = "/etc/systemd/network/10-host0.network";

    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task What_the_doctor_calls_exposed_is_flushed_and_what_it_calls_immune_is_not(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        string version = (await container.ExecAsync("systemctl", "--version")).Split('\n')[0];
        var prevention = new HostPrevention(new HostRoot($"/proc/{container.Leader}/root"));
        await SeedAsync(container);
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);

        Diagnosis bare = Diagnose(prevention, version);
        bare.ExitCode.ShouldBe(1);
        await container.RestartNetworkdAsync();
        before.Missing(await NetnsSnapshot.TakeAsync(container)).Count.ShouldBeGreaterThan(4);

        await SeedAsync(container);
        Apply(prevention, version, HardenMode.Runtime).ShouldAllBe(outcome => outcome.Change == FileChange.Written);
        Diagnosis hardened = Diagnose(prevention, version);
        output.WriteLine(string.Join('\n', hardened.Findings));
        hardened.ExitCode.ShouldBe(0);
        await container.RestartNetworkdAsync();
        NetnsSnapshot.Diff(before, await NetnsSnapshot.TakeAsync(container)).ShouldBeEmpty();

        Apply(prevention, version, HardenMode.Undo).ShouldAllBe(outcome => outcome.Change == FileChange.Removed);
        Diagnose(prevention, version).ExitCode.ShouldBe(1);
        await container.RestartNetworkdAsync();
        before.Missing(await NetnsSnapshot.TakeAsync(container)).Count.ShouldBeGreaterThan(4);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task A_competing_drop_in_that_the_doctor_names_does_make_networkd_flush(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        string version = (await container.ExecAsync("systemctl", "--version")).Split('\n')[0];
        var prevention = new HostPrevention(new HostRoot($"/proc/{container.Leader}/root"));
        await container.WriteFileAsync("/etc/systemd/networkd.conf.d/zzz-site.conf", "[Network]\nManageForeignRoutingPolicyRules=yes\n");
        await SeedAsync(container);
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);

        // The global drop-in alone: on 257 a link with KeepConfiguration=static spares rules too, whatever the option says.
        Apply(prevention, version, HardenMode.Runtime, linkDropIns: false);
        Diagnosis diagnosis = Diagnose(prevention, version);
        await container.RestartNetworkdAsync();

        diagnosis.ExitCode.ShouldBe(1);
        diagnosis.Findings.Single(finding => finding.Id == "rules").DecidedBy.ShouldBe("/etc/systemd/networkd.conf.d/zzz-site.conf:2");
        List<string> lost = [.. before.Missing(await NetnsSnapshot.TakeAsync(container)).Select(line => line.Section)];
        lost.ShouldContain("rule4");
        lost.ShouldContain("rule6");
    }

    // Permanent objects without nexthops, which no option of 252 spares.
    private static async Task SeedAsync(LabContainer container)
    {
        foreach (string line in new[]
        {
            "addr replace 198.51.100.7/32 dev host0",
            "addr replace 2001:db8:51::7/128 dev host0 nodad",
            "route replace 203.0.113.0/24 via 10.77.0.1 table 300",
            "route replace 203.0.113.128/25 dev host0 src 198.51.100.7",
            "-6 route replace 2001:db8:300::/48 via 2001:db8:77::1 table 300",
        })
        {
            await container.IpAsync(line.Split(' '));
        }

        foreach (string rule in new[] { "-4 rule add pref 512 from 203.0.113.9 table 300", "-6 rule add pref 512 from 2001:db8:9::/64 table 300" })
            await container.TryIpAsync(rule.Split(' '));
    }

    private static IReadOnlyList<ObservedLink> Links => [new ObservedLink(2, "host0", NetworkFile)];

    private static IReadOnlyList<FileOutcome> Apply(HostPrevention prevention, string version, HardenMode mode, bool linkDropIns = true) =>
        prevention.Apply(prevention.Read(mode, SystemdVersion.Parse(version), Links, _ => linkDropIns)).Outcomes;

    private static Diagnosis Diagnose(HostPrevention prevention, string version) =>
        Doctor.Examine(prevention.ReadForDoctor(prevention.Presence(running: true), version, Links, new ForeignCounts(2, 3, 0, 2), _ => true));
}
