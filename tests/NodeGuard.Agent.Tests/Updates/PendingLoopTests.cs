using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using NodeGuard.Linux.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates;

/// <summary>When the host's package tools are asked, on a clock that a test moves.</summary>
public sealed class PendingLoopTests : IDisposable, ILogger
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory _host = new();
    private readonly FakeGuard _guard = new();
    private readonly FakePackages _packages = new();
    private readonly ManualTime _time = new();
    private readonly PrometheusExposition _exposition = new();
    private readonly AgentMetrics _metrics;
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(60));
    private readonly LoopHeartbeat _heartbeat;
    private readonly List<string> _logged = [];
    private readonly PendingLoop _loop;
    private Task _running = Task.CompletedTask;

    public PendingLoopTests()
    {
        _metrics = new AgentMetrics(_exposition, "1");
        _heartbeat = new LoopHeartbeats(_time).Register("pending-updates", TimeSpan.FromSeconds(30));
        var root = new HostRoot(_host.Path);
        _loop = new PendingLoop(new PendingLook(_packages, _guard, root, root, _host.File("proc"), _time), _metrics, this, _time);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.Dispose();
        _metrics.Dispose();
        _exposition.Dispose();
        _host.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task It_looks_first_when_the_guard_has_had_its_start()
    {
        _running = _loop.RunAsync(_heartbeat, _stop.Token);
        await RestAsync();
        _packages.Looks.ShouldBe(0);
        _loop.Latest.ShouldBeNull();

        await AdvanceAsync(TimeSpan.FromSeconds(5));

        _packages.Looks.ShouldBe(1);
        _loop.Latest!.Updates.ShouldBe(FakePackages.Systemd);
    }

    [Fact]
    public async Task It_looks_anew_when_files_have_changed_and_come_to_rest_and_not_while_they_change()
    {
        await StartAsync();
        for (int i = 0; i < 5; i++)
        {
            _packages.Files = $"changing {i}";
            await AdvanceAsync(Beat);
        }

        _packages.Looks.ShouldBe(1);
        await AdvanceAsync(Beat);
        _packages.Looks.ShouldBe(2);
        await AdvanceAsync(Beat, times: 20);
        _packages.Looks.ShouldBe(2);
    }

    [Theory]
    [InlineData("1", 6)]
    [InlineData(null, 1)]
    public async Task It_looks_at_least_every_few_hours_and_more_often_where_it_cannot_see_changes(string? files, int hours)
    {
        _packages.Files = files;
        await StartAsync();

        await AdvanceAsync(TimeSpan.FromHours(hours) - TimeSpan.FromMinutes(2));
        await AdvanceAsync(Beat, times: 3);
        _packages.Looks.ShouldBe(1);
        await AdvanceAsync(Beat, times: 12);
        _packages.Looks.ShouldBe(2);
    }

    [Fact]
    public async Task The_hazard_follows_the_foreign_objects_within_minutes_and_is_logged_when_it_changes()
    {
        await StartAsync();
        _loop.Latest!.Hazard.State.ShouldBe(HazardState.Hazard);
        _guard.Objects = [];

        await AdvanceAsync(Beat, times: 13);

        _loop.Latest!.Hazard.State.ShouldBe(HazardState.None);
        _packages.Looks.ShouldBe(1);
        _logged.Count(line => line.StartsWith("hazard: Updating systemd restarts", StringComparison.Ordinal)).ShouldBe(1);
        _logged.Count(line => line.StartsWith("no hazard is known: Nothing foreign", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_long_look_keeps_the_loop_alive()
    {
        var answer = new TaskCompletionSource();
        _packages.Before = () => answer.Task;
        _running = _loop.RunAsync(_heartbeat, _stop.Token);
        await AdvanceAsync(TimeSpan.FromSeconds(5));
        await AdvanceAsync(Beat, times: 30);

        _heartbeat.Age.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
        _packages.Looks.ShouldBe(1);
        answer.SetResult();
        await Eventually.TrueAsync(() => _loop.Latest is not null, "the look ended");
    }

    [Fact]
    public async Task Who_asks_during_a_look_gets_one_that_began_afterwards_and_shares_it_with_others_who_do()
    {
        TaskCompletionSource answer = new(), next = new();
        _packages.Before = () => answer.Task;
        Task<PendingStatus> first = _loop.LookAsync(_stop.Token);
        _packages.Before = () => next.Task;
        Task<PendingStatus> second = _loop.LookAsync(_stop.Token), third = _loop.LookAsync(_stop.Token);
        _packages.Looks.ShouldBe(1);
        answer.SetResult();
        PendingStatus earlier = await first;
        _packages.Pending = PendingUpdates.Unknown("changed meanwhile");
        next.SetResult();

        (await second).ShouldBeSameAs(await third);
        (await second).ShouldNotBeSameAs(earlier);
        (await second).ShouldBeSameAs(_loop.Latest);
        _packages.Looks.ShouldBe(2);
        (await _loop.LookAsync(_stop.Token)).ShouldBeSameAs(_loop.Latest);
        _packages.Looks.ShouldBe(3);
    }

    [Fact]
    public async Task One_who_leaves_breaks_off_no_look_and_one_that_failed_is_followed_by_another()
    {
        var answer = new TaskCompletionSource();
        _packages.Before = () => answer.Task;
        using var impatient = new CancellationTokenSource();
        Task<PendingStatus> first = _loop.LookAsync(impatient.Token), second = _loop.LookAsync(_stop.Token);
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        _packages.Before = () => Task.CompletedTask;
        answer.SetException(new IOException("no file in memory"));

        (await second).ShouldBeSameAs(_loop.Latest);
        _packages.Looks.ShouldBe(2);
    }

    [Fact]
    public async Task A_look_that_fails_is_no_answer_and_the_next_one_is_another()
    {
        _packages.Before = () => throw new IOException("no file in memory");
        await Should.ThrowAsync<IOException>(() => _loop.LookAsync(_stop.Token));
        _loop.Latest.ShouldBeNull();
        _packages.Before = () => Task.CompletedTask;

        (await _loop.LookAsync(_stop.Token)).ShouldBeSameAs(_loop.Latest);
    }

    [Fact]
    public async Task A_problem_is_logged_once_and_not_at_every_look()
    {
        _packages.Pending = PendingUpdates.Unknown("apt is broken");
        await StartAsync();
        await _loop.LookAsync(_stop.Token);

        _logged.Count(line => line == "apt is broken").ShouldBe(1);
    }

    [Fact]
    public async Task What_is_known_is_measured_and_what_is_not_has_no_series()
    {
        string none = _exposition.Write();
        none.ShouldContain("nodeguard_hazard{state=\"unknown\"} 1\n");
        none.ShouldNotContain("nodeguard_pending_packages{");
        none.ShouldNotContain("nodeguard_reboot_required ");
        none.ShouldNotContain("nodeguard_package_manager_interrupted ");

        await StartAsync();

        string known = _exposition.Write();
        known.ShouldContain("nodeguard_hazard{state=\"hazard\"} 1\n");
        known.ShouldContain("nodeguard_hazard{state=\"unknown\"} 0\n");
        known.ShouldContain("nodeguard_pending_packages{kept_back=\"no\",security=\"true\"} 1\n");
        known.ShouldContain("nodeguard_pending_packages{kept_back=\"held\",security=\"false\"} 0\n");
        known.ShouldContain("nodeguard_package_manager_interrupted 0\n");
        known.ShouldContain("nodeguard_pending_last_look_timestamp_seconds ");
        known.ShouldNotContain("nodeguard_reboot_required ");
        known.ShouldNotContain("nodeguard_stale_services ");
    }

    [Fact]
    public async Task It_ends_when_it_is_told_to()
    {
        await StartAsync();
        await _stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => _running);
    }

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_logged)
        {
            _logged.Add(formatter(state, exception));
        }
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    private async Task StartAsync()
    {
        _running = _loop.RunAsync(_heartbeat, _stop.Token);
        await AdvanceAsync(TimeSpan.FromSeconds(5));
    }

    private async Task AdvanceAsync(TimeSpan by, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            await RestAsync();
            _time.Advance(by);
        }

        await RestAsync();
    }

    // The loop rests when it waits for its next turn.
    private Task RestAsync() => _time.UntilTimerWithin(Beat).WaitAsync(_stop.Token);
}
