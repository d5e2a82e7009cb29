using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Logging;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Tests.Http;
using NodeGuard.Linux.Files;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests;

public sealed class AgentHostTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeGuard _guard = new();
    private readonly RecordingNotifier _notifier = new();
    private readonly CapturedLog _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        _stop.Dispose();
        _log.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_guard_works_before_anything_listens_and_is_told_ready_after()
    {
        bool socketBeforeGuard = false;
        _guard.OnStart = () =>
        {
            socketBeforeGuard = File.Exists(Socket) || _notifier.Messages.Count > 0;
            return Task.CompletedTask;
        };

        Task<int> running = Start();
        await ServingAsync();

        socketBeforeGuard.ShouldBeFalse();
        _guard.Started.ShouldBeTrue();
        _notifier.Messages[0].ShouldBe("READY=1");
        using var observer = new HttpClient();
        (await observer.GetStringAsync($"http://127.0.0.1:{await _port.Task}/livez")).ShouldBe("ok\n");
        using HttpClient control = HttpTestServer.SocketClient(Socket);
        (await control.GetStringAsync("/v1/status")).ShouldContain("\"state\":\"guarding\"");
        (await StopAsync(running)).ShouldBe(0);
    }

    [Fact]
    public async Task Stopping_ends_everything_and_leaves_no_socket()
    {
        Task<int> running = Start();
        await ServingAsync();

        (await StopAsync(running)).ShouldBe(0);

        _guard.Disposed.ShouldBeTrue();
        File.Exists(Socket).ShouldBeFalse();
        _notifier.Messages.ShouldContain("STOPPING=1");
        using LockFile again = LockFile.TryTake(_directory.File("agent.lock")).ShouldBeOfType<LockOutcome.Taken>().File;
    }

    [Fact]
    public async Task A_second_agent_says_who_guards_and_leaves_with_a_temporary_failure()
    {
        Task<int> first = Start();
        await ServingAsync();

        int exit = await Host(Configuration()).RunAsync(_ => throw new InvalidOperationException("must not be made"), CancellationToken.None);

        exit.ShouldBe(AgentHost.ExitAlreadyRunning);
        Log.ShouldContain($"another agent guards this node: process {Environment.ProcessId} holds {_directory.File("agent.lock")}");
        await StopAsync(first);
    }

    [Fact]
    [Trait("Invariant", "4")]
    public async Task A_runtime_directory_that_cannot_be_used_does_not_stop_the_guard()
    {
        await File.WriteAllTextAsync(_directory.File("file"), "in the way");

        Task<int> running = Start(("runtimeDirectory", _directory.File("file")));
        await Eventually.TrueAsync(() => _guard.Started && _notifier.Messages.Contains("READY=1") && Log.Contains("cannot serve", StringComparison.Ordinal), "the guard works and the trouble is told");

        Log.ShouldContain("nobody can tell whether another agent runs");
        Log.ShouldContain("cannot serve the control API");
        (await StopAsync(running)).ShouldBe(0);
    }

    [Fact]
    [Trait("Invariant", "4")]
    public async Task A_port_in_use_does_not_stop_the_guard()
    {
        await using HttpTestServer other = HttpTestServer.OnLoopback((_, _) => Task.CompletedTask);

        Task<int> running = Start(("http.listen", $"127.0.0.1:{other.Port}"));
        await Eventually.TrueAsync(() => Log.Contains("cannot serve metrics and probes", StringComparison.Ordinal), "the port is told");

        running.IsCompleted.ShouldBeFalse();
        (await StopAsync(running)).ShouldBe(0);
    }

    [Fact]
    public async Task A_guard_that_cannot_start_or_go_on_ends_the_agent_with_a_failure()
    {
        _guard.OnStart = () => throw new InvalidOperationException("no CAP_NET_ADMIN");
        (await Start().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(1);
        Log.ShouldContain("no CAP_NET_ADMIN");

        _guard.OnStart = () => Task.CompletedTask;
        Task<int> running = Start();
        await ServingAsync();
        _guard.Fail(new IOException("the netlink socket is gone"));

        (await running.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(1);
        Log.ShouldContain("the netlink socket is gone");
    }

    [Fact]
    public async Task A_hangup_reloads_mode_filters_and_log_level_and_tells_what_needs_a_restart()
    {
        ConfigurationResult next = Configuration(("routes.mode", "observe"), ("routes.exclude.devices", "veth*"), ("routes.maxObjects", "2048"));
        Task<int> running = Start(() => next);
        await ServingAsync();

        Hangup();
        await Eventually.TrueAsync(() => _notifier.Messages.Count(m => m == "READY=1") == 2, "the reload is done");

        AgentOptions reloaded = _guard.Reloaded.ShouldNotBeNull();
        reloaded.Routes.Mode.ShouldBe(GuardMode.Observe);
        reloaded.Routes.Exclude.Devices.ShouldBe(["veth*"]);
        reloaded.Routes.MaxObjects.ShouldBe(262_144);
        Log.ShouldContain("routes.maxObjects is now \"2048\" (--routes-max-objects); it takes effect when the agent is started again");
        _notifier.Messages.SkipWhile(m => m != "RELOADING=1").ShouldContain("READY=1");
        (await StopAsync(running)).ShouldBe(0);
    }

    [Fact]
    public async Task A_wrong_configuration_is_told_and_the_old_one_stays()
    {
        ConfigurationResult wrong = Configuration(("routes.mode", "nothing"));
        Task<int> running = Start(() => wrong);
        await ServingAsync();

        Hangup();
        await Eventually.TrueAsync(() => _notifier.Messages.Count(m => m == "READY=1") == 2, "the reload is answered");

        _guard.Reloaded.ShouldBeNull();
        Log.ShouldContain("the configuration is not reloaded: --routes-mode: routes.mode is \"nothing\"; allowed: observe or restore.");
        (await StopAsync(running)).ShouldBe(0);
    }

    private string Socket => _directory.File("agent.sock");

    private string Log => _log.Text;

    // To this very process, as `systemctl reload` does it.
    private static void Hangup()
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-HUP", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    private Task<int> Start(params (string Key, string Value)[] flags) => Start(() => Configuration(flags), flags);

    private Task<int> Start(Func<ConfigurationResult> read, params (string Key, string Value)[] flags)
    {
        AgentHost host = Host(Configuration(flags), read);
        host.ObserverServed += port => _port.TrySetResult(port);
        return Task.Run(() => host.RunAsync(_ => _guard, _stop.Token));
    }

    private AgentHost Host(ConfigurationResult configuration, Func<ConfigurationResult>? read = null) => new(
        configuration,
        read ?? (() => configuration),
        new AgentLoggerFactory(configuration.Options!.Log, _log, journal: true, TimeProvider.System),
        _notifier,
        TimeProvider.System);

    private async Task ServingAsync()
    {
        await _port.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => File.Exists(Socket) && Log.Contains("serves the control API", StringComparison.Ordinal), "the control socket is there");
    }

    private async Task<int> StopAsync(Task<int> running)
    {
        await _stop.CancelAsync();
        return await running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private ConfigurationResult Configuration(params (string Key, string Value)[] flags)
    {
        (string Key, string Value)[] own = [("runtimeDirectory", _directory.Path), ("stateDirectory", _directory.Path), ("http.listen", "127.0.0.1:0")];
        return ConfigurationLoader.Load(new ConfigurationSources
        {
            File = "/dev/null",
            Flags = [.. own.Where(o => !flags.Any(f => f.Key == o.Key)).Concat(flags).Select(f => KeyValuePair.Create(f.Key, f.Value))],
        });
    }
}
