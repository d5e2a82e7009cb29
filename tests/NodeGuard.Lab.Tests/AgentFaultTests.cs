using System.Globalization;
using NodeGuard.Lab.Tests.Lab;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>The agent dies, hangs or is absent around a flush.</summary>
[Trait("Needs", "root")]
[Trait("Invariant", "9")]
public sealed class AgentFaultTests(ITestOutputHelper output)
{
    public static TheoryData<string> Flushing => Suites.Flushing;

    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("LAB_KILLS"), CultureInfo.InvariantCulture, out int kills) ? kills : 10;

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_the_agent_is_killed_at_random_instants_around_flushes(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {Kills} kills");
        var random = new Random(seed);

        for (int kill = 0; kill < Kills; kill++)
        {
            await guarded.Container.ExecAsync("systemctl", "reset-failed", "systemd-networkd.service");
            Task flush = guarded.Container.ExecAsync("systemctl", "restart", "systemd-networkd.service");
            await Task.Delay(random.Next(0, 300));
            await guarded.SignalAgentAsync("KILL");
            await flush;
            await guarded.AgentIsReadyAsync();
            await guarded.ShouldBeWholeAsync(before);

            // The kernel tells an address's lifetime in whole seconds, rounded up, so each of many restores may add one.
            before = await NetnsSnapshot.TakeAsync(guarded.Container);
        }
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_the_agent_is_stopped_for_five_seconds_while_networkd_flushes(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.SignalAgentAsync("STOP");
        await guarded.Container.ExecAsync("systemctl", "restart", "systemd-networkd.service");
        await Task.Delay(TimeSpan.FromSeconds(5));
        await guarded.SignalAgentAsync("CONT");

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task A_flush_while_the_agent_is_down_is_undone_when_it_starts(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();
        // A rule of protocol kernel survives the flush and so does not tell it apart from a tidy owner.
        await guarded.StopAgentAsync();
        await guarded.Container.RestartNetworkdAsync();

        await guarded.StartAgentAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task A_second_agent_refuses_to_start_and_the_first_goes_on(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();

        CommandResult second = await guarded.Container.TryExecAsync("timeout", "20", "/usr/local/bin/nodeguard", "agent");
        Assert.True(second.ExitCode is not (0 or 124), $"a second agent was to refuse, and exited {second.ExitCode}: {second.Error}");
        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_a_tiny_receive_buffer_overruns(string suite)
    {
        var setup = new AgentSetup { Variables = new Dictionary<string, string> { ["NODEGUARD_RECEIVE_BUFFER_BYTES"] = "4096" } };
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite), setup);
        await ForeignObjects.SeedManyAsync(guarded.Container, rules: 500, routes: 500);
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_without_the_right_to_see_whose_a_socket_is(string suite)
    {
        var setup = new AgentSetup { UnitLines = ["CapabilityBoundingSet=~CAP_SYS_PTRACE"] };
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite), setup);
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }
}
