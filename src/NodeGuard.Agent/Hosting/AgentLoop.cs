using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Metrics;
using NodeGuard.Hosting.Loops;

namespace NodeGuard.Agent.Hosting;

/// <summary>A loop that runs as long as the agent.</summary>
/// <param name="Name">In metrics, logs and probes.</param>
/// <param name="Deadline">The longest time between two beats of a healthy loop.</param>
/// <param name="RunAsync">Beats at each turn; ends only when its token says so.</param>
public sealed record AgentLoop(string Name, TimeSpan Deadline, Func<LoopHeartbeat, CancellationToken, Task> RunAsync);

/// <summary>Runs loops, and starts again those that fail: one broken loop stops no other.</summary>
public sealed class LoopRunner(LoopHeartbeats heartbeats, AgentMetrics metrics, ILogger log, TimeProvider time)
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    public Task RunAllAsync(IEnumerable<AgentLoop> loops, CancellationToken cancellation) =>
        Task.WhenAll(loops.Select(loop => Task.Run(() => RunAsync(loop, cancellation), CancellationToken.None)));

    private async Task RunAsync(AgentLoop loop, CancellationToken cancellation)
    {
        TimeSpan backoff = FirstBackoff;
        while (!cancellation.IsCancellationRequested)
        {
            // A loop in its backoff is not dead: it gets that much more time before liveness counts it.
            LoopHeartbeat heartbeat = heartbeats.Register(loop.Name, loop.Deadline + backoff);
            long startedAt = time.GetTimestamp();
            try
            {
                await loop.RunAsync(heartbeat, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                HostLog.LoopFailed(log, e, loop.Name, backoff.TotalSeconds);
            }

            if (cancellation.IsCancellationRequested)
            {
                heartbeats.Remove(heartbeat);
                return;
            }

            metrics.LoopFailed(loop.Name);
            backoff = time.GetElapsedTime(startedAt) > LongestBackoff ? FirstBackoff : backoff;
            heartbeat.Beat();
            await Task.Delay(backoff, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        }
    }
}
