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
    private const string Ledger = State + "/ledger";

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
        await guarded.Container.ShellAsync($"{damage}{separator}{Ledger}");

        await guarded.StartAgentAsync();
        await guarded.LearnedAsync();
        (await guarded.JournalOfThisStartAsync()).ShouldContain("the ledger of an earlier agent is not used");
        await guarded.Container.ExecAsync("test", "-e", $"{Ledger}.damaged");
        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_the_ledgers_disk_is_full(string suite)
    {
        var setup = new AgentSetup { UnitLines = [$"TemporaryFileSystem={State}:size=4k,nr_inodes=2"] };
        await AssertGuardsAsync(suite, setup, "No space left on device");
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_the_ledgers_disk_is_read_only(string suite)
    {
        var setup = new AgentSetup { UnitLines = [$"TemporaryFileSystem={State}:ro"] };
        await AssertGuardsAsync(suite, setup, "Read-only file system");
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

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_where_there_is_no_bus_from_the_start(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await guarded.StopAgentAsync();
        await guarded.Container.ExecAsync("systemctl", "stop", "dbus.socket", "dbus.service");
        await guarded.StartAgentAsync();
        await ForeignObjects.SeedAsync(guarded.Container, ForeignObjects.Deletable);
        NetnsSnapshot before = await guarded.LearnedAsync(overBus: false);

        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    [Trait("Invariant", "1")]
    public async Task A_ledger_of_another_boot_is_set_aside_and_brings_nothing_back(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await guarded.SeedAsync();
        await guarded.StopAgentAsync();
        await guarded.Container.IpAsync("-4", "rule", "del", "priority", "1000");
        // systemd-nspawn covers this host's boot id with one of its own.
        await guarded.Container.ExecAsync("umount", "/proc/sys/kernel/random/boot_id");

        await guarded.StartAgentAsync();
        NetnsSnapshot living = await guarded.LearnedAsync();
        (await guarded.JournalOfThisStartAsync()).ShouldContain("SetAside");
        await guarded.Container.ExecAsync("test", "-e", $"{Ledger}.other");
        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(living);
        (await guarded.Container.IpAsync("-4", "rule", "show", "priority", "1000")).ShouldBeEmpty();
    }

    private static async Task AssertGuardsAsync(string suite, AgentSetup setup, string said)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite), setup);
        NetnsSnapshot before = await guarded.SeedAsync();
        await guarded.Container.UntilAsync("the agent to say what its disk lacks", async () =>
            (await guarded.JournalOfThisStartAsync()).Contains(said, StringComparison.Ordinal));

        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }
}
