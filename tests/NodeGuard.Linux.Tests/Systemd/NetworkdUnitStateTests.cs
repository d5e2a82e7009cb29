using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Systemd;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd;

public sealed class NetworkdUnitStateTests
{
    [Theory]
    [InlineData("LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n", NetworkdPresence.Running)]
    [InlineData("LoadState=masked\nActiveState=active\nUnitFileState=masked\n", NetworkdPresence.Running)]
    [InlineData("LoadState=masked\nActiveState=inactive\nUnitFileState=masked\n", NetworkdPresence.Absent)]
    [InlineData("LoadState=not-found\nActiveState=inactive\nUnitFileState=\n", NetworkdPresence.Absent)]
    [InlineData("LoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\n", NetworkdPresence.Stopped)]
    [InlineData("LoadState=loaded\nActiveState=failed\nUnitFileState=enabled-runtime\n", NetworkdPresence.Stopped)]
    [InlineData("LoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n", NetworkdPresence.Disabled)]
    [InlineData("LoadState=error\nActiveState=inactive\nUnitFileState=bad\n", NetworkdPresence.Unknown)]
    [InlineData("", NetworkdPresence.Unknown)]
    public void The_units_properties_tell_whether_it_runs(string properties, NetworkdPresence presence) =>
        NetworkdUnitState.Parse(properties).ShouldBe(presence);

    [Trait("Invariant", "11")]
    [Fact]
    public async Task Without_systemctl_nothing_is_known_on_a_host_that_systemd_booted()
    {
        var run = Directory.CreateTempSubdirectory("nodeguard-run-");
        run.CreateSubdirectory("systemd/system");
        var state = new NetworkdUnitState(new Systemctl("/nonexistent/systemctl"), runRoot: run.FullName);

        (await state.PresenceAsync(CancellationToken.None)).ShouldBe(NetworkdPresence.Unknown);
        (await state.VersionAsync(CancellationToken.None)).ShouldBeNull();
        run.Delete(recursive: true);
    }

    [Theory]
    [InlineData("systemd-network", NetworkdPresence.Running)]
    [InlineData("bash", NetworkdPresence.Unknown)]
    public async Task Without_systemd_as_init_the_process_table_tells(string command, NetworkdPresence presence)
    {
        var proc = Directory.CreateTempSubdirectory("nodeguard-proc-");
        await File.WriteAllTextAsync(Path.Combine(proc.CreateSubdirectory("17").FullName, "comm"), command + "\n");

        var state = new NetworkdUnitState(new Systemctl("/nonexistent/systemctl"), proc.FullName, runRoot: "/nonexistent");

        (await state.PresenceAsync(CancellationToken.None)).ShouldBe(presence);
        proc.Delete(recursive: true);
    }

    [Fact]
    public async Task A_systemctl_that_hangs_is_given_up()
    {
        var answer = await new Systemctl("sleep", TimeSpan.FromMilliseconds(100)).RunAsync(["60"], CancellationToken.None);

        answer.ExitCode.ShouldBeNull();
        answer.Complaint.ShouldContain("did not end");
    }

    [Fact]
    public async Task A_refusal_is_one_line()
    {
        var answer = await new Systemctl("sh").RunAsync(["-c", "echo one >&2; echo two >&2; exit 4"], CancellationToken.None);

        answer.ShouldBe(new SystemctlAnswer(4, "", "one; two"));
    }
}
