using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Images;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>Whether the agent tells what differs from the image, on hosts that Debian's own tools change.</summary>
[Trait("Needs", "root")]
public sealed class ImageDriftTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Debian => [LabSuite.Bookworm.Name, LabSuite.Trixie.Name];

    [Theory]
    [MemberData(nameof(Debian))]
    [Trait("Invariant", "11")]
    public async Task Each_change_is_named_within_seconds_and_none_on_a_host_that_nobody_touched(string suite)
    {
        await using DriftedHost drifted = await DriftedHost.StartAsync(LabSuite.Named(suite));
        LabContainer host = drifted.Container;
        (await drifted.DriftAsync())["state"]!.ToString().ShouldBe("none", (await drifted.DriftAsync()).ToJsonString());
        await OwnFilesAreNoDriftAsync(drifted);

        var times = new List<double>();
        foreach (DriftChange change in DriftChange.All)
        {
            await change.Make(host);
            long made = Stopwatch.GetTimestamp();
            JsonNode drift = await drifted.UntilAsync(change.What, drift => DriftedHost.Has(drift, change.Kind, change.Name), Soon);
            times.Add(Stopwatch.GetElapsedTime(made).TotalSeconds);
            if (change.Cause is { } cause)
            {
                DriftedHost.Find(drift, change.Kind, change.Name)!["cause"]!.ToString().ShouldContain(cause);
            }
        }

        JsonNode all = await drifted.DriftAsync();
        foreach (DriftChange change in DriftChange.All)
        {
            DriftedHost.Has(all, change.Kind, change.Name).ShouldBeTrue(change.What);
        }

        string journal = await drifted.JournalAsync();
        journal.ShouldContain("drift: package lab-updated:all is 2, and the image has 1 (apt-get install -q -y lab-updated=2, ");
        journal.ShouldContain("drift: package lab-bypass:all was added: 1 (apt's history does not tell of it: dpkg itself");

        await drifted.UndoAsync();
        await host.ShellAsync("/usr/lib/systemd/systemd-sysctl");
        JsonNode after = await drifted.UntilAsync("all to be as it was", static drift => drift["state"]!.ToString() == "none");
        times.Sort();
        output.WriteLine($"{suite}: {times.Count} changes, told after {times[times.Count / 2]:0.00} s in the median and {times[^1]:0.00} s at most");
        output.WriteLine($"{suite}: a full look costs {drifted.FullLookMilliseconds:0.0} ms of CPU, a look at what changed {after["cpuMilliseconds"]!.GetValue<double>():0.0} ms");
    }

    [Fact]
    public async Task A_sysctl_which_no_file_shows_is_told_within_a_minute()
    {
        await using DriftedHost drifted = await DriftedHost.StartAsync(LabSuite.Trixie);
        (await drifted.DriftAsync())["state"]!.ToString().ShouldBe("none");

        await drifted.Container.ShellAsync("echo 0 > /proc/sys/net/ipv4/ip_forward");

        // A minute, and the beat in which the loop looks at its clock.
        await drifted.UntilAsync("the sysctl", static drift => DriftedHost.Has(drift, "sysctl", "net.ipv4.ip_forward"), TimeSpan.FromSeconds(75));
    }

    private static async Task OwnFilesAreNoDriftAsync(DriftedHost drifted)
    {
        string before = (await drifted.DriftAsync())["lookedAt"]!.ToString();
        await drifted.Container.ExecAsync("nodeguard", "updates", "hold", "--persistent");
        await drifted.Container.ExecAsync("nodeguard", "harden");
        (await drifted.Container.ShellAsync("ls /etc/systemd/system/*.d/zz-nodeguard.conf /etc/systemd/networkd.conf.d/zz-nodeguard.conf")).ShouldNotBeEmpty();
        await drifted.UntilAsync("another look", drift => drift["lookedAt"]!.ToString() != before && drift["state"]!.ToString() == "none");
        (await drifted.JournalAsync()).ShouldNotContain("drift: ");
        await drifted.Container.ExecAsync("nodeguard", "harden", "--undo");
        await drifted.Container.ExecAsync("nodeguard", "updates", "release");
    }
}
