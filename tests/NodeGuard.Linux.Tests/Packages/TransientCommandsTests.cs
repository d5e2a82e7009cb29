using System.Text;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Tests.Systemd.Bus;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Packages;

public sealed class TransientCommandsTests : IAsyncLifetime, IDisposable
{
    private static readonly HostCommand Command = new("apt-upgrade", "/usr/bin/apt-get", ["-s", "${Package}", "upgrade"])
    {
        Timeout = TimeSpan.FromSeconds(30),
        OutputLimit = 64,
    };

    private readonly PrivateBus _daemon = new();
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private FakeSystemd _systemd = null!;
    private TransientCommands _commands = null!;

    public async Task InitializeAsync()
    {
        await _daemon.StartAsync();
        _systemd = new FakeSystemd(_daemon.Address);
        await _systemd.Ready;
        _commands = new TransientCommands(_time, _daemon.Address);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _commands.Dispose();
        _systemd.Dispose();
        _daemon.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task A_program_answers_with_its_exit_status_its_output_and_the_end_of_its_complaint()
    {
        _systemd.Writes = (Encoding.UTF8.GetBytes("1 upgraded\n"), Encoding.UTF8.GetBytes(new string('w', 5000) + "\nE: broken\n"));
        _systemd.Properties["ExecMainStatus"] = 100;
        _systemd.Properties["Result"] = "exit-code";

        var ended = (await RunAsync()).ShouldBeOfType<HostCommandAnswer.Ended>();

        ended.ExitStatus.ShouldBe(100);
        Encoding.UTF8.GetString(ended.Output).ShouldBe("1 upgraded\n");
        ended.Complaint.ShouldEndWith("; E: broken");
        ended.Complaint.Length.ShouldBeLessThanOrEqualTo(4096);
    }

    [Fact]
    public async Task The_unit_gets_the_program_as_it_is_and_is_let_go_of_afterwards()
    {
        await RunAsync();

        var exec = ((List<object>)_systemd.Started["ExecStart"]).Cast<List<object>>().Single();
        exec[0].ShouldBe("/usr/bin/apt-get");
        ((List<object>)exec[1]).ShouldBe(["/usr/bin/apt-get", "-s", "$${Package}", "upgrade"]);
        _systemd.Started["AddRef"].ShouldBe(true);
        _systemd.Unit.ShouldMatch("^nodeguard-ask-apt-upgrade-[0-9a-f]{12}[.]service$");
        _systemd.Calls.ShouldBe([$"StartTransientUnit {_systemd.Unit}", $"UnrefUnit {_systemd.Unit}"]);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData("timeout", 2, 15, "did not end within 30 s")]
    [InlineData("oom-kill", 2, 9, "more than 1024 MiB of memory")]
    [InlineData("core-dump", 3, 25, "wrote more than 64 bytes")]
    [InlineData("signal", 2, 15, "by systemd or a signal (signal, 15)")]
    [InlineData("success", 2, 15, "by systemd or a signal (success, 15)")]
    [InlineData("success", 0, 0, "was not executed")]
    [InlineData("resources", 0, 0, "\"resources\"")]
    [InlineData("exit-code", 1, 203, "is it installed on this host?")]
    [InlineData("exit-code", 1, 218, "systemd ended with status 218")]
    public async Task A_program_that_did_not_end_by_itself_has_no_answer(string result, int code, int status, string problem)
    {
        _systemd.Properties["Result"] = result;
        _systemd.Properties["ExecMainCode"] = code;
        _systemd.Properties["ExecMainStatus"] = status;

        string told = (await RunAsync()).ShouldBeOfType<HostCommandAnswer.NoAnswer>().Problem;

        told.ShouldContain("/usr/bin/apt-get");
        told.ShouldContain(problem);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task More_output_than_is_allowed_is_not_half_an_answer()
    {
        _systemd.Writes = (new byte[64], []);

        (await RunAsync()).ShouldBeOfType<HostCommandAnswer.NoAnswer>().Problem.ShouldContain("wrote more than 64 bytes");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task An_end_that_systemd_does_not_tell_is_no_success()
    {
        _systemd.Properties.TryRemove("ExecMainStatus", out _);

        (await RunAsync()).ShouldBeOfType<HostCommandAnswer.NoAnswer>().Problem.ShouldContain("did not tell how it ended");
    }

    [Fact]
    public async Task A_start_that_systemd_refuses_is_told_with_its_reason()
    {
        _systemd.Refuses = "Interactive authentication required";

        (await RunAsync()).ShouldBeOfType<HostCommandAnswer.NoAnswer>().Problem.ShouldContain("Interactive authentication required");
    }

    [Fact]
    public async Task The_end_of_another_unit_is_none_of_ours_and_a_lost_signal_is_made_good_by_looking()
    {
        _systemd.EndsAtOnce = false;
        Task<HostCommandAnswer> run = RunAsync();
        await _systemd.StartedTask.WaitAsync(_limit.Token);
        _systemd.EndJob("other.service");
        await LookAsync();
        run.IsCompleted.ShouldBeFalse("a unit that waits for its job is inactive, too");

        _systemd.Properties["ExecMainExitTimestamp"] = 1UL;
        await LookAsync(run);

        (await run).ShouldBeOfType<HostCommandAnswer.Ended>().ExitStatus.ShouldBe(0);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task One_that_never_ends_is_given_up_and_stopped()
    {
        _systemd.EndsAtOnce = false;
        _systemd.Properties["ActiveState"] = "activating";
        Task<HostCommandAnswer> run = RunAsync();
        await _systemd.StartedTask.WaitAsync(_limit.Token);
        while (!run.IsCompleted)
            await LookAsync(run);

        (await run).ShouldBeOfType<HostCommandAnswer.NoAnswer>().Problem.ShouldContain("did not end within 30 s");
        _systemd.Calls.ShouldContain($"StopUnit {_systemd.Unit}");
    }

    [Fact]
    public async Task Who_no_longer_waits_stops_it()
    {
        _systemd.EndsAtOnce = false;
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        Task<HostCommandAnswer> run = _commands.RunAsync(Command, mine.Token);
        await _systemd.StartedTask.WaitAsync(_limit.Token);
        await mine.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => run);
        _systemd.Calls.ShouldBe([$"StartTransientUnit {_systemd.Unit}", $"StopUnit {_systemd.Unit}", $"UnrefUnit {_systemd.Unit}"]);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Without_a_bus_there_is_no_answer()
    {
        using var alone = new TransientCommands(_time, "unix:path=/nonexistent/nodeguard/bus");

        (await alone.RunAsync(Command, _limit.Token)).ShouldBeOfType<HostCommandAnswer.NoAnswer>().Problem.ShouldContain("/nonexistent/nodeguard/bus");
    }

    [Fact]
    public async Task Descriptors_are_closed_whatever_happens()
    {
        for (int i = 0; i < 20; i++)
            await RunAsync();

        // libsystemd closes its copies when it has sent the message and let go of it, which may be after the answer.
        while (Ours() > 0)
            await Task.Delay(10, _limit.Token);
    }

    private Task<HostCommandAnswer> RunAsync() => _commands.RunAsync(Command, _limit.Token);

    /// <summary>Lets the next look happen.</summary>
    private async Task LookAsync(Task? unless = null)
    {
        Task timer = _time.UntilTimerWithin(TimeSpan.FromSeconds(2));
        await Task.WhenAny(timer, unless ?? timer).WaitAsync(_limit.Token);
        if (unless?.IsCompleted != true)
            _time.Advance(TimeSpan.FromSeconds(2));
    }

    private static int Ours() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Count(path => new FileInfo(path).LinkTarget?.Contains("memfd:apt-upgrade", StringComparison.Ordinal) == true);
}
