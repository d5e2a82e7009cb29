using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Updates.Runs;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Images;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Config;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Images;

/// <summary>
/// Knows in what this host differs from its image: looks when something has changed where it matters, and once a day at
/// everything anew.
/// </summary>
public sealed partial class DriftLoop : IImageDrift, IDisposable
{
    // dpkg and editors write several files at once.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    // A look costs some milliseconds; a host on which something changes all the time is to spend one in a hundred on it.
    private const int RestPerCost = 100;
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan SysctlInterval = TimeSpan.FromMinutes(1);

    // What the kernel did not tell: watches may be missing, and a mount hides what it covers.
    private static readonly TimeSpan NetInterval = TimeSpan.FromHours(1);

    // A fleet that was started together should not look together.
    private static readonly TimeSpan FullInterval = TimeSpan.FromHours(20);
    private static readonly TimeSpan FullJitter = TimeSpan.FromHours(4);

    private const int MostLogged = 50;

    private readonly DriftLook _look;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly WakeSignal _wake = new();
    private readonly Inotify _inotify;
    private ImageDrift _latest = ImageDrift.NotLookedYet;
    private HashSet<ImageDifference> _told = [];
    private string? _watchProblem;
    private double _cpuSeconds;
    private long _looks;

    internal DriftLoop(DriftLook look, AgentMetrics metrics, ILogger log, TimeProvider time)
    {
        _look = look;
        _log = log;
        _time = time;
        _inotify = new Inotify(_wake.Set);
        metrics.ObserveDrift(new DriftReadings(() => Latest, () => Volatile.Read(ref _cpuSeconds), () => Interlocked.Read(ref _looks)));
    }

    /// <summary>Guarding comes first, and a node that boots has other things to do.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(3);

    public ImageDrift Latest => Volatile.Read(ref _latest);

    /// <summary>For the host that this agent guards.</summary>
    public static DriftLoop For(GuardSurroundings surroundings)
    {
        var root = new HostRoot(surroundings.Options.Cluster?.HostRoot is { Length: > 0 } mounted ? mounted : "/");
        var runs = new UpdateRunStore(surroundings.Options.StateDirectory);
        var look = new DriftLook(root, surroundings.Options.ProcRoot, () => runs.Read().Runs, surroundings.Time);
        return new DriftLoop(look, surroundings.Metrics, surroundings.Loggers.CreateLogger("image"), surroundings.Time);
    }

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        heartbeat.Beat();
        await Task.Delay(FirstPause, _time, cancellation);
        long fullAt = 0, lookedAt = 0, sysctlsAt = 0;
        TimeSpan untilFull = TimeSpan.Zero;
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            bool full = _time.GetElapsedTime(fullAt) >= untilFull;
            if (full || await HintedAsync(cancellation) || _time.GetElapsedTime(lookedAt) >= NetInterval || AreSysctlsDue(ref sysctlsAt))
            {
                await LookAsync(full, heartbeat, cancellation);
                lookedAt = _time.GetTimestamp();
                if (full)
                {
                    (fullAt, untilFull) = (lookedAt, FullInterval + (FullJitter * Random.Shared.NextDouble()));
                }

                await Task.Delay(Rest(Latest.CpuMilliseconds), _time, cancellation);
            }
        }
    }

    public void Dispose()
    {
        _inotify.Dispose();
        _wake.Dispose();
    }

    private static TimeSpan Rest(double cpuMilliseconds)
    {
        TimeSpan rest = TimeSpan.FromMilliseconds(cpuMilliseconds * RestPerCost);
        return rest < LongestRest ? rest : LongestRest;
    }

    private async Task<bool> HintedAsync(CancellationToken cancellation)
    {
        bool hinted = await _wake.WaitAsync(Beat.Next, cancellation);
        if (hinted)
        {
            await Task.Delay(Settling, _time, cancellation);
            // What came meanwhile is seen by the look that follows.
            await _wake.WaitAsync(TimeSpan.Zero, cancellation);
        }

        return hinted;
    }

    private bool AreSysctlsDue(ref long at)
    {
        if (_time.GetElapsedTime(at) < SysctlInterval)
        {
            return false;
        }

        at = _time.GetTimestamp();
        return _look.HaveSysctlsChanged();
    }

    private async Task LookAsync(bool full, LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        Task<ImageDrift> look = full
            ? IdleThread.RunAsync("drift", () => _look.Read(anew: true, _inotify.Watch))
            : Task.Run(() => _look.Read(anew: false, _inotify.Watch), CancellationToken.None);
        // Large files, read with what the processors have left over, take their time.
        while (!look.IsCompleted)
        {
            using var resting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(look, Task.Delay(Beat.Interval, _time, resting.Token));
            await resting.CancelAsync();
            heartbeat.Beat();
            // The look goes on by itself, and must not meet another one.
            cancellation.ThrowIfCancellationRequested();
        }

        ImageDrift drift = await look;
        Tell(drift);
        Volatile.Write(ref _latest, drift);
        Volatile.Write(ref _cpuSeconds, _cpuSeconds + (drift.CpuMilliseconds / 1000));
        Interlocked.Increment(ref _looks);
    }

    private void Tell(ImageDrift drift)
    {
        if (_inotify.Problem is { } problem && problem != _watchProblem)
        {
            _watchProblem = problem;
            LogBlind(_log, problem, NetInterval.TotalMinutes);
        }

        HashSet<ImageDifference> now = [.. _look.Differences];
        foreach (ImageDifference difference in now.Except(_told).OrderBy(static difference => difference.Kind).Take(MostLogged))
        {
            LogDifference(_log, DriftText.Of(difference));
        }

        foreach (ImageDifference difference in _told.Except(now).Where(gone => !now.Any(other => other.Kind == gone.Kind && other.Name == gone.Name)).Take(MostLogged))
        {
            LogGone(_log, DriftText.Of(difference));
        }

        _told = now;
        if (drift.State != Latest.State || (drift.State == DriftState.Unknown && drift.Message != Latest.Message))
        {
            LogState(_log, drift.State, drift.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "drift: {Difference}")]
    private static partial void LogDifference(ILogger log, string difference);

    [LoggerMessage(Level = LogLevel.Information, Message = "no drift any more: {Difference}")]
    private static partial void LogGone(ILogger log, string difference);

    [LoggerMessage(Level = LogLevel.Information, Message = "drift is {State}: {Message}")]
    private static partial void LogState(ILogger log, DriftState state, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}. Changes are found within {Minutes} minutes")]
    private static partial void LogBlind(ILogger log, string problem, double minutes);
}
