using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>The ledger's disk, or the bus, is broken.</summary>
[Trait("Needs", "root")]
[Trait("Invariant", "4")]
public sealed class HostFaultTests
{
    private const string State = GuardedContainer.StateDirectory;

    public static TheoryData<string> Flushing => Suites.Flushing;

    public static TheoryData<string, string> BrokenLedgers
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (LabSuite suite in LabSuite.Flushing)
            {
                cells.Add(suite.Name, "truncate --size=-7");
                cells.Add(suite.Name, "truncate --size=0");
                cells.Add(suite.Name, "dd if=/dev/urandom bs=64 count=1 seek=1 conv=notrunc status=none of=");
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(BrokenLedgers))]
    public async Task A_broken_ledger_is_said_and_what_lives_is_adopted(string suite, string damage)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();
        await guarded.StopAgentAsync();
        string separator = damage.EndsWith('=') ? "" : " ";
        await guarded.Container.ShellAsync($"for f in $(find {State} -name '*ledger*' -type f); do {damage}{separator}$f; done");

        await guarded.StartAgentAsync();
        await guarded.LearnedAsync();
        (await guarded.JournalAsync()).ShouldContain("ledger", Case.Insensitive);
        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_the_ledgers_disk_is_full(string suite)
    {
        var setup = new AgentSetup { UnitLines = [$"TemporaryFileSystem={State}:size=4k,nr_inodes=2"] };
        await AssertGuardsAsync(suite, setup);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_the_ledgers_disk_is_read_only(string suite)
    {
        var setup = new AgentSetup { UnitLines = [$"TemporaryFileSystem={State}:ro"] };
        await AssertGuardsAsync(suite, setup);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_the_bus_restarts_and_then_is_gone(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.Container.ExecAsync("systemctl", "restart", "dbus.service");
        await guarded.Container.RestartNetworkdAsync();
        await guarded.ShouldBeWholeAsync(before);
        // systemctl speaks to PID 1 over its private socket.
        await guarded.Container.ExecAsync("systemctl", "stop", "dbus.socket", "dbus.service");
        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    private static async Task AssertGuardsAsync(string suite, AgentSetup setup)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite), setup);
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }
}
