using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Metrics;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Updates;

/// <summary>Knows what is pending: looks when the files of the package tools have changed and come to rest, and at least every few hours.</summary>
public sealed partial class PendingLoop : IPendingUpdates, IDisposable
{
    private static readonly TimeSpan FullInterval = TimeSpan.FromHours(6);

    // Where the files are not in sight, a change shows only so.
    private static readonly TimeSpan BlindInterval = TimeSpan.FromHours(1);

    // A walk through a large ledger takes milliseconds.
    private static readonly TimeSpan HazardInterval = TimeSpan.FromMinutes(2);

    // Guarding comes first, and a node that boots has other things to do.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    private readonly IDisposable? _commands;
    private readonly PendingLook _look;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private Task<PendingStatus>? _running;
    private Task<PendingStatus>? _following;
    private PendingStatus? _latest;

    internal PendingLoop(PendingLook look, AgentMetrics metrics, ILogger log, TimeProvider time, IDisposable? commands = null)
    {
        _look = look;
        _log = log;
        _time = time;
        _commands = commands;
        metrics.ObservePending(() => Latest);
    }

    public PendingStatus? Latest => Volatile.Read(ref _latest);

    /// <summary>For the host that this agent guards.</summary>
    /// <param name="surroundings">Of the guard.</param>
    /// <param name="guard">Knows the foreign objects.</param>
    public static PendingLoop For(GuardSurroundings surroundings, IRouteGuard guard)
    {
        var host = new HostRoot(surroundings.Options.Cluster?.HostRoot is { Length: > 0 } mounted ? mounted : "/");
        var commands = new TransientCommands(surroundings.Time);
        var look = new PendingLook(PackageFamilies.Of(commands, host, surroundings.Options.ProcRoot, surroundings.Time), guard, new HostRoot(), host, surroundings.Options.ProcRoot, surroundings.Time);
        return new PendingLoop(look, surroundings.Metrics, surroundings.Loggers.CreateLogger("pending"), surroundings.Time, commands);
    }

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        heartbeat.Beat();
        await Task.Delay(FirstPause, _time, cancellation);
        string? looked = null, before = null;
        long lookedAt = 0, hazardAt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            string? now = _look.Fingerprint;
            // Two equal looks in a row: nobody is writing there at the moment.
            bool changed = now != looked && now == before;
            if (Latest is not { } latest || changed || _time.GetElapsedTime(lookedAt) >= (now is null ? BlindInterval : FullInterval))
            {
                await LookAsync(heartbeat, cancellation);
                (looked, lookedAt, hazardAt) = (now, _time.GetTimestamp(), _time.GetTimestamp());
            }
            else if (_time.GetElapsedTime(hazardAt) >= HazardInterval)
            {
                PendingStatus status = await _look.ReadHazardAsync(latest, cancellation);
                Keep(status, onlyAfter: latest);
                hazardAt = _time.GetTimestamp();
            }

            before = now;
            heartbeat.Beat();
            await Task.Delay(Beat.Until(_time), _time, cancellation);
        }
    }

    public Task<PendingStatus> LookAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            // What a look under way has read already may be older than what the caller has just changed.
            if (_running is { IsCompleted: false })
            {
                return (_following ??= FollowAsync(_running)).WaitAsync(cancellation);
            }

            _running = ReadAsync();
            return _running.WaitAsync(cancellation);
        }
    }

    public void Dispose() => _commands?.Dispose();

    // The tools take what time they need, each within its own limit.
    private async Task LookAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        Task<PendingStatus> look = LookAsync(cancellation);
        while (!look.IsCompleted)
        {
            using var resting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(look, Task.Delay(Beat.Interval, _time, resting.Token));
            await resting.CancelAsync();
            heartbeat.Beat();
        }

        await look;
    }

    private async Task<PendingStatus> FollowAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            (_running, _following) = (_following, null);
        }

        return await ReadAsync();
    }

    // Bounded by the timeouts of the commands; nobody who asks may cut off the look of another.
    private async Task<PendingStatus> ReadAsync()
    {
        PendingStatus status = await _look.ReadAsync(CancellationToken.None);
        Keep(status, onlyAfter: null);
        return status;
    }

    private void Keep(PendingStatus status, PendingStatus? onlyAfter)
    {
        lock (_lock)
        {
            // A whole look that ended meanwhile knows more.
            if (onlyAfter is not null && !ReferenceEquals(onlyAfter, _latest))
            {
                return;
            }

            Tell(_latest, status);
            Volatile.Write(ref _latest, status);
        }
    }

    private void Tell(PendingStatus? before, PendingStatus now)
    {
        foreach (string problem in now.Updates.Problems.Except(before?.Updates.Problems ?? []))
        {
            LogProblem(_log, problem);
        }

        if (now.Hazard.State != before?.Hazard.State)
        {
            if (now.Hazard.State == HazardState.Hazard)
            {
                LogHazard(_log, now.Hazard.Reason);
            }
            else
            {
                LogNoHazard(_log, now.Hazard.Reason);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogProblem(ILogger log, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "hazard: {Reason}")]
    private static partial void LogHazard(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "no hazard is known: {Reason}")]
    private static partial void LogNoHazard(ILogger log, string reason);
}
