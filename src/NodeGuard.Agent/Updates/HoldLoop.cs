using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Updates;

/// <summary>
/// Keeps what holds updates in step with the host: the drop-ins of its units, and the other ways. What it wrote stays when
/// the agent goes (invariant 9).
/// </summary>
internal sealed partial class HoldLoop : IHostedHold
{
    // A package's unit files come one by one.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FullInterval = TimeSpan.FromMinutes(1);

    // At boot the bus comes after the agent, and what was written counts only once systemd has read it.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private const int Retries = 120;

    private readonly HoldPass _pass;
    private readonly WaysPass _ways;
    private readonly IDisposable _bus;
    private readonly DirectoryWatch _watch;
    private readonly AgentMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly WakeSignal _wake = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly FleetHold _fleet;
    private volatile UpdateOptions _options;
    private volatile UpdatesStatus? _latest;
    private IReadOnlyList<string> _problems = [];
    private Dictionary<string, HoldState> _told = new(StringComparer.Ordinal);
    private int _retries;

    /// <param name="pass">One look at the units.</param>
    /// <param name="ways">One look at what else installs or restarts.</param>
    /// <param name="root">Of the host.</param>
    /// <param name="surroundings">Of the agent.</param>
    /// <param name="bus">Ended with the loop.</param>
    public HoldLoop(HoldPass pass, WaysPass ways, HostRoot root, GuardSurroundings surroundings, IDisposable bus)
    {
        _pass = pass;
        _ways = ways;
        _bus = bus;
        _watch = new DirectoryWatch(
            root, [HoldFile.PersistentUnits, HoldFile.RuntimeUnits, "/usr/lib/systemd/system", "/run/nodeguard"], _wake.Set);
        _options = surroundings.Options.Updates;
        _fleet = new FleetHold(surroundings.Options.StateDirectory);
        _metrics = surroundings.Metrics;
        _log = surroundings.Loggers.CreateLogger("updates");
        _time = surroundings.Time;
    }

    public UpdatesStatus? Latest => _latest;

    // A host whose systemd never answers is not asked each second for ever.
    private bool RetriesSoon => _retries is > 0 and < Retries;

    public void Reload(UpdateOptions options)
    {
        _options = options;
        _wake.Set();
    }

    public void FleetWishes(bool held)
    {
        if (_fleet.State == FleetHold.After(_fleet.State, held))
        {
            return;
        }

        if (_fleet.Set(FleetHold.After(_fleet.State, held)) is { } problem)
        {
            LogProblem(_log, problem);
        }

        LogFleet(_log, held ? "wants updates held" : "has no part in updates any more");
        _wake.Set();
    }

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        long passed = 0;
        bool first = true;
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            bool due = first || _time.GetElapsedTime(passed) >= (RetriesSoon ? RetryInterval : FullInterval);
            if (due || await HintedAsync(cancellation))
            {
                first = false;
                await LookAsync(cancellation);
                passed = _time.GetTimestamp();
            }
        }
    }

    public async Task<UpdatesStatus> LookAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            _watch.Renew();
            UpdateOptions options = _options;
            FleetHoldState fleet = _fleet.State;
            HoldMode mode = FleetHold.Effective(options.Mode, fleet);
            bool byFleet = fleet == FleetHoldState.Hold && options.Mode is HoldMode.Observe;
            HoldResult result = await _pass.RunAsync(new HoldWish(mode, options.Persistent, options.Units), cancellation);
            WaysResult ways = await _ways.RunAsync(new WaysWish(mode, options.AptGate, byFleet ? "by the fleet's policy" : "by updates.mode of its agent"), cancellation);
            string[] problems = [.. result.Problems, .. ways.Problems];
            Tell(result, ways, problems);
            if (fleet == FleetHoldState.LetGo && problems.Length == 0 && !result.IsUnfinished)
            {
                _fleet.Set(FleetHoldState.None);
            }

            var status = new UpdatesStatus
            {
                Mode = mode,
                ByFleet = byFleet,
                Persistent = options.Persistent,
                Released = _pass.IsReleased,
                Permit = _pass.HasPermit,
                Units = [.. result.Verdicts.Select(UpdateUnit.Of)],
                Ways = ways.Verdicts,
                Problems = problems,
            };
            _metrics.SetUpdates(status);
            return _latest = status;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        _bus.Dispose();
        _wake.Dispose();
        _turn.Dispose();
    }

    private async Task<bool> HintedAsync(CancellationToken cancellation)
    {
        bool hinted = await _wake.WaitAsync(RetriesSoon ? RetryInterval : Beat.Next, cancellation);
        if (hinted)
        {
            await Task.Delay(Settling, _time, cancellation);
        }

        return hinted;
    }

    private void Tell(HoldResult result, WaysResult ways, IReadOnlyList<string> problems)
    {
        foreach (FileOutcome file in result.Files.Concat(ways.Files).Where(file => file.Change is not FileChange.Refused))
        {
            LogChange(_log, file.Change is FileChange.Written ? "wrote" : "removed", file.Path);
        }

        foreach (string problem in problems.Except(_problems))
        {
            LogProblem(_log, problem);
        }

        (string Name, HoldState State, string Reason)[] all =
        [
            .. result.Verdicts.Select(verdict => (verdict.Unit.Unit, verdict.State, verdict.Reason)),
            .. ways.Verdicts.Select(verdict => (WayText.NameOf(verdict.Way), verdict.State, verdict.Reason)),
        ];
        foreach ((string name, HoldState state, string reason) in all.Where(each => _told.GetValueOrDefault(each.Name, HoldState.Absent) != each.State
            && each.State is not HoldState.Absent))
        {
            LogLevel level = state is HoldState.Unknown or HoldState.ForeignDropIn ? LogLevel.Warning : LogLevel.Information;
            LogState(_log, level, name, state, reason);
        }

        _problems = problems;
        _told = all.ToDictionary(each => each.Name, each => each.State, StringComparer.Ordinal);
        _retries = result.IsUnfinished ? _retries + 1 : 0;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{What} {Path}")]
    private static partial void LogChange(ILogger log, string what, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "the fleet {Wish}")]
    private static partial void LogFleet(ILogger log, string wish);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogProblem(ILogger log, string problem);

    [LoggerMessage(Message = "{Unit} is {State}: {Reason}")]
    private static partial void LogState(ILogger log, LogLevel level, string unit, HoldState state, string reason);
}
