using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Cluster.Operations;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Linux.Systemd.Bus;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Cluster;

/// <summary>What the agent does when it is asked to reboot its host: each operation once, whatever happens in between.</summary>
public sealed class OperationExecutorTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-operation-").FullName;
    private readonly ManualTime _time = new();
    private readonly FakeHostReboot _host = new();
    private GuardedOperation? _asked;
    private OperationStatus? _told;
    private string? _toldBoot = "boot-1";
    private string? _boot = "boot-1";

    [Fact]
    public async Task It_is_accepted_then_recorded_then_asked_for_and_done_in_the_next_boot()
    {
        OperationExecutor agent = Started();
        Ask("op-1");

        (await TurnAsync(agent)).ShouldBe("Accepted: the host will be rebooted");
        _host.Asked.ShouldBe(0);
        (await TurnAsync(agent)).ShouldBe("Running: the host is being rebooted");
        _host.Asked.ShouldBe(0);
        new OperationStore(_directory).Read().Record!.Id.ShouldBe("op-1");
        await TurnAsync(agent);
        _host.Asked.ShouldBe(1);
        for (int i = 0; i < 5; i++)
            (await TurnAsync(agent)).ShouldBe("Running: the host is being rebooted");
        _host.Asked.ShouldBe(1);

        _boot = "boot-2";
        (await TurnAsync(Started())).ShouldBe("Done: the host has rebooted");
        (await TurnAsync(Started())).ShouldBe("Done: the host has rebooted");
        _host.Asked.ShouldBe(1);
    }

    /// <summary>The agent dies after each step; the host is asked at most once, and never with nothing on the disk.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task An_agent_that_starts_again_asks_for_nothing_twice(int turns)
    {
        Ask("op-1");
        OperationExecutor first = Started();
        for (int i = 0; i < turns; i++)
            await TurnAsync(first);

        OperationExecutor second = Started();
        for (int i = 0; i < 10; i++)
            await TurnAsync(second);

        // Where the first died between the record and the question, nobody asks: the deadline of the recycle ends it.
        _host.Asked.ShouldBe(turns == 2 ? 0 : 1);
        _time.Advance(TimeSpan.FromMinutes(11));
        (await TurnAsync(second)).ShouldStartWith("Failed: the host has not gone down within 10 min");
        _host.Asked.ShouldBe(turns == 2 ? 0 : 1);
    }

    [Fact]
    public async Task Those_who_block_a_shutdown_are_waited_for_by_name()
    {
        _host.Blockers = ["unattended-upgrade (packages are being installed)"];
        OperationExecutor agent = Started();
        Ask("op-1");
        await TurnAsync(agent);

        (await TurnAsync(agent)).ShouldBe("Accepted: waits for who blocks a shutdown: unattended-upgrade (packages are being installed)");
        _host.Blockers = null;
        (await TurnAsync(agent)).ShouldBe("Accepted: logind does not answer");
        _host.Asked.ShouldBe(0);
        _host.Blockers = [];
        await TurnAsync(agent);
        await TurnAsync(agent);
        _host.Asked.ShouldBe(1);
    }

    [Fact]
    public async Task Who_blocks_until_the_deadline_has_prevented_it()
    {
        _host.Blockers = ["somebody (work)"];
        OperationExecutor agent = Started();
        Ask("op-1");
        await TurnAsync(agent);
        _time.Advance(TimeSpan.FromMinutes(31));

        (await TurnAsync(agent)).ShouldStartWith("Failed: it was not begun before its deadline");
        _host.Blockers = [];
        await TurnAsync(agent);
        _host.Asked.ShouldBe(0);
    }

    [Theory]
    [InlineData("late", "Failed: it was not begun before its deadline 2020-01-01 00:00:00 UTC")]
    [InlineData("no deadline", "Failed: it has no deadline, and may have been asked for long ago")]
    [InlineData("kind", "Failed: this agent does not know the operation Reinstall")]
    [InlineData("no boot id", "Failed: the boot id of this host cannot be read, and without it nobody would know whether it was done")]
    [InlineData("not allowed", "Failed: cluster.reboot of this agent is never: it reboots no host")]
    [InlineData("broken record", "Failed: ")]
    public async Task What_is_not_sure_is_not_done(string what, string message)
    {
        Ask("op-1");
        if (what == "late")
            _asked!.Deadline = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        if (what == "no deadline")
            _asked!.Deadline = null;
        if (what == "kind")
            _asked!.Kind = "Reinstall";
        if (what == "no boot id")
            _boot = null;
        if (what == "broken record")
            await File.WriteAllTextAsync(Path.Combine(_directory, "operation.json"), "{\"id\":");
        OperationExecutor agent = Started(allowed: what != "not allowed");

        for (int i = 0; i < 4; i++)
            (await TurnAsync(agent)).ShouldStartWith(message);
        _host.Asked.ShouldBe(0);

        // The next one is its own.
        _boot ??= "boot-1";
        Ask("op-2");
        for (int i = 0; i < 3; i++)
            await TurnAsync(agent);
        _host.Asked.ShouldBe(what == "not allowed" ? 0 : 1);
    }

    [Theory]
    [InlineData("Running", "boot-1", "Failed: the agent's record of it is lost; whether it was begun already is not known")]
    [InlineData("Running", "boot-0", "Done: the host has rebooted")]
    [InlineData("Running", null, "Failed: the agent's record of it is lost; whether it was begun already is not known")]
    [InlineData("Done", "boot-1", "Done: said before")]
    [InlineData("Failed", "boot-1", "Failed: said before")]
    public async Task Where_the_record_is_lost_the_servers_word_counts(string state, string? boot, string told)
    {
        Ask("op-1");
        _told = new OperationStatus { Id = "op-1", State = state, Message = "said before" };
        _toldBoot = boot;
        OperationExecutor agent = Started();

        for (int i = 0; i < 4; i++)
            (await TurnAsync(agent)).ShouldBe(told);
        _host.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_is_told_and_a_silence_is_waited_for()
    {
        _host.Answer = new RebootAnswer.Refused("logind refuses: AccessDenied");
        OperationExecutor agent = Started();
        Ask("op-1");
        for (int i = 0; i < 3; i++)
            await TurnAsync(agent);
        (await TurnAsync(agent)).ShouldBe("Failed: logind refuses: AccessDenied");

        _host.Answer = new RebootAnswer.Unknown("logind has not answered: no reply");
        Ask("op-2");
        for (int i = 0; i < 2; i++)
            await TurnAsync(agent);
        (await TurnAsync(agent)).ShouldBe("Running: logind has not answered: no reply");
        await TurnAsync(agent);
        _host.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task Nothing_is_done_that_cannot_be_recorded()
    {
        string file = Path.Combine(_directory, "a-file");
        await File.WriteAllTextAsync(file, "");
        var agent = new OperationExecutor(new OperationStore(Path.Combine(file, "state")), _host, allowed: true, _time, NullLogger.Instance);
        Ask("op-1");
        await TurnAsync(agent);

        (await TurnAsync(agent)).ShouldStartWith("Failed: not begun: ");
        await TurnAsync(agent);
        _host.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task Logind_is_asked_with_its_inhibitors_in_mind()
    {
        var calls = new List<string>();
        object[] inhibitors =
        [
            new object[] { "shutdown:sleep", "upgrade", "packages", "block", 0u, 7u },
            new object[] { "shutdown", "late", "a log", "delay", 0u, 8u },
            new object[] { "sleep", "music", "plays", "block", 0u, 9u },
        ];
        var logind = new LogindReboot((member, arguments, _) =>
        {
            calls.Add($"{member}({string.Concat(arguments.Select(static argument => argument.Type))})");
            return Task.FromResult<BusReply>(new BusReply.Answer(member == "ListInhibitors" ? [inhibitors] : []));
        });

        (await logind.BlockersAsync(default)).Blockers.ShouldBe(["upgrade (packages)"]);
        (await logind.RebootAsync(RebootMethod.Reboot, default)).ShouldBeOfType<RebootAnswer.Begun>();
        calls.ShouldBe(["ListInhibitors()", "RebootWithFlags(t)"]);
    }

    [Fact]
    public async Task A_logind_that_is_not_there_blocks_and_reboots_nothing()
    {
        var silent = new LogindReboot(static (_, _, _) => Task.FromResult<BusReply>(new BusReply.Unavailable("no bus")));
        var refusing = new LogindReboot(static (_, _, _) => Task.FromResult<BusReply>(new BusReply.Refused("org.freedesktop.DBus.Error.AccessDenied", "no")));

        (await silent.BlockersAsync(default)).ShouldBe((null, "logind does not tell who blocks a shutdown: no bus"));
        (await silent.RebootAsync(RebootMethod.Reboot, default)).ShouldBe(new RebootAnswer.Unknown("logind has not answered: no bus"));
        (await refusing.RebootAsync(RebootMethod.Reboot, default)).ShouldBe(new RebootAnswer.Refused("logind refuses: org.freedesktop.DBus.Error.AccessDenied: no"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private OperationExecutor Started(bool allowed = true) => new(new OperationStore(_directory), _host, allowed, _time, NullLogger.Instance);

    private void Ask(string id) => _asked = new GuardedOperation { Id = id, Kind = "Reboot", Deadline = _time.GetUtcNow() + TimeSpan.FromMinutes(30) };

    private async Task<string> TurnAsync(OperationExecutor agent)
    {
        await agent.TurnAsync(_asked, _told, _toldBoot, _boot, default);
        return $"{agent.Status?.State}: {agent.Status?.Message}";
    }
}
