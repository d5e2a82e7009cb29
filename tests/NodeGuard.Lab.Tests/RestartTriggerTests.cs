using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>All ways in which networkd's process comes anew.</summary>
[Trait("Needs", "root")]
[Trait("Invariant", "2")]
public sealed class RestartTriggerTests
{
    // Other loops put their questions on the guard's thread, some for the first time during a flush. The path from a deletion to
    // its restore was 14 methods when it was not precompiled.
    private const int QuestionsOfOthers = 2;

    // A thread takes new space from the allocator by 8 KiB; of 500 objects it was 210 (257) to 330 KB (252) when the key was boxed to be
    // hashed and each refusal had its own text. What is left is questions of other loops and what networkd itself creates.
    private const long OneHelping = 8192;

    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_networkd_is_stopped_and_started(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.Container.ExecAsync("systemctl", "stop", "systemd-networkd.service");
        await guarded.Container.ExecAsync("systemctl", "start", "systemd-networkd.service");

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_networkd_is_killed(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();
        int killed = await guarded.Container.NetworkdPidAsync();

        await guarded.Container.ExecAsync("systemctl", "kill", "--signal=KILL", "systemd-networkd.service");

        // From 262 on systemd first stops the unit of persistent storage, which asks the dead networkd for 45 seconds.
        await guarded.Container.UntilAsync(
            "networkd to come back",
            async () => await guarded.Container.NetworkdPidAsync() is var pid && pid != 0 && pid != killed,
            TimeSpan.FromMinutes(2));

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_in_twenty_restarts_in_a_row(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();

        for (int restart = 0; restart < 20; restart++)
        {
            // systemd refuses the sixth start within ten seconds otherwise.
            await guarded.Container.ExecAsync("systemctl", "reset-failed", "systemd-networkd.service");
            await guarded.Container.ExecAsync("systemctl", "restart", "systemd-networkd.service");
        }

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task The_first_flush_waits_for_no_compiler_and_no_allocator_and_is_told_in_a_few_lines(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await ForeignObjects.SeedManyAsync(guarded.Container, 250, 250);
        NetnsSnapshot before = await guarded.LearnedAsync();
        long compiled = await CompiledAsync(guarded);

        await guarded.Container.RestartNetworkdAsync();
        await guarded.ShouldBeWholeAsync(before);
        await guarded.Container.UntilAsync("the episode to end", async () => await guarded.MetricAsync("nodeguard_episode_in_progress") == 0);

        (await CompiledAsync(guarded) - compiled).ShouldBeLessThanOrEqualTo(QuestionsOfOthers);
        (await guarded.MetricAsync("nodeguard_guard_episode_allocated_bytes_total")).ShouldBeLessThanOrEqualTo(OneHelping);
        // On 252 the routes are refused until networkd has set its address anew.
        string journal = await guarded.JournalOfThisStartAsync();
        journal.Split('\n').Count(static line => line.Contains("refused: ", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(5, journal);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_systemd_is_reinstalled_after_a_reexec_of_PID_1(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();
        int replaced = await guarded.Container.NetworkdPidAsync();

        await guarded.Container.ExecAsync("systemctl", "daemon-reexec");
        await guarded.Container.ShellAsync("DEBIAN_FRONTEND=noninteractive apt-get install --yes --reinstall systemd");

        (await guarded.Container.NetworkdPidAsync()).ShouldNotBe(replaced, "systemd's postinst was to restart networkd");
        await guarded.ShouldBeWholeAsync(before);
    }

    /// <summary>The metrics are counted when the agent looks at its own state, every five seconds.</summary>
    private static async Task<long> CompiledAsync(GuardedContainer guarded)
    {
        await Task.Delay(TimeSpan.FromSeconds(6));
        return await guarded.MetricAsync("nodeguard_guard_methods_compiled_total");
    }
}
