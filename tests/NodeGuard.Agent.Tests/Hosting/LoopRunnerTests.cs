using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Hosting;

public sealed class LoopRunnerTests : IDisposable
{
    private readonly PrometheusExposition _exposition = new();
    private readonly AgentMetrics _metrics;
    private readonly LoopHeartbeats _heartbeats = new(TimeProvider.System);

    public LoopRunnerTests() => _metrics = new AgentMetrics(_exposition, "1");

    public void Dispose()
    {
        _metrics.Dispose();
        _exposition.Dispose();
    }

    [Fact]
    public async Task A_loop_that_fails_is_counted_and_started_again_and_stops_no_other()
    {
        int failures = 0;
        bool otherEnded = false;
        using var stop = new CancellationTokenSource();
        var failing = new AgentLoop("failing", TimeSpan.FromSeconds(5), (_, _) => ++failures > 1
            ? Task.Delay(Timeout.Infinite, stop.Token)
            : throw new IOException("once"));
        var other = new AgentLoop("other", TimeSpan.FromSeconds(5), async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            otherEnded = true;
        });

        Task running = new LoopRunner(_heartbeats, _metrics, NullLogger.Instance, TimeProvider.System).RunAllAsync([failing, other], stop.Token);
        await Eventually.TrueAsync(() => failures == 2, "the failing loop was started again");

        otherEnded.ShouldBeFalse();
        _exposition.Write().ShouldContain("nodeguard_loop_failures_total{loop=\"failing\"} 1\n");
        _heartbeats.Loops.Select(loop => loop.Name).ShouldBe(["failing", "other"]);

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        otherEnded.ShouldBeTrue();
        _heartbeats.Loops.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_loop_that_ends_by_itself_is_a_failure_too()
    {
        using var stop = new CancellationTokenSource();
        var ending = new AgentLoop("ending", TimeSpan.FromSeconds(5), (_, _) => Task.CompletedTask);

        Task running = new LoopRunner(_heartbeats, _metrics, NullLogger.Instance, TimeProvider.System).RunAllAsync([ending], stop.Token);
        await Eventually.TrueAsync(
            () => _exposition.Write().Contains("nodeguard_loop_failures_total{loop=\"ending\"}", StringComparison.Ordinal), "the end was counted");

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
