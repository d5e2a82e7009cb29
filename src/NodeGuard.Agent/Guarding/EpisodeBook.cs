using System.Globalization;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Metrics;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

/// <summary>What made networkd flush, as far as it is known at this moment.</summary>
internal readonly record struct KnownCause(EpisodeCause Kind, string Text)
{
    public static readonly KnownCause Unknown = new(EpisodeCause.Unknown, "unknown");
}

/// <summary>
/// The bookkeeping behind the guard: takes its events and ended episodes, and turns them into metrics, the journal, the
/// history and the stream that `routes watch` shows.
/// </summary>
internal sealed partial class EpisodeBook : IDisposable
{
    // A flush tells thousands of events a second; a turn for each would take a core's share from the guard, and whoever writes
    // text while it works stands in its way in the allocator (ADR 2).
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Hundreds of routes may wait for one address that networkd takes away and sets anew; what stays away is told one by one.
    private const int RefusalsTold = 5;

    private readonly GuardThread _thread;
    private readonly EpisodeStore _store;
    private readonly AgentMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<KnownCause> _cause;
    private readonly WakeSignal _waiting = new();
    private readonly RouteEventStream _stream = new();
    private EpisodeRecord? _running;
    private int _refusals;

    public EpisodeBook(
        GuardThread thread, EpisodeStore store, AgentMetrics metrics, TimeProvider time, ILogger log, Func<KnownCause> cause)
    {
        _thread = thread;
        _store = store;
        _metrics = metrics;
        _time = time;
        _log = log;
        _cause = cause;
        thread.EventsWait = _waiting.Set;
        metrics.ObserveEventsDropped(() => thread.Guard.Events.Dropped);
    }

    /// <summary>Why the history could not be written; null when it could.</summary>
    public string? Problem { get; private set; }

    public string? RunningEpisode => _running?.Id;

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            if (await _waiting.WaitAsync(Beat.Next, cancellation))
            {
                await Task.Delay(Pause, _time, cancellation);
                Take();
            }
        }
    }

    /// <summary>Takes what waits now; also called once more when the agent stops.</summary>
    public void Take()
    {
        while (_thread.Guard.Events.TryRead(out GuardEvent guardEvent))
        {
            Count(guardEvent);
            Tell(guardEvent);
            if (guardEvent.Kind == GuardEventKind.EpisodeStarted)
            {
                Open(guardEvent);
            }
        }

        while (_thread.Summaries.TryDequeue(out EpisodeSummary? summary))
        {
            Close(summary);
        }
    }

    public IAsyncEnumerable<RouteEvent> WatchAsync(CancellationToken cancellation) => _stream.WatchAsync(cancellation);

    public void Dispose() => _waiting.Dispose();

    private void Count(in GuardEvent guardEvent)
    {
        ObjectKind kind = guardEvent.Entry?.Key.Kind ?? ObjectKind.Rule;
        switch (guardEvent.Kind)
        {
            case GuardEventKind.Lost:
                _metrics.Lost(kind);
                break;
            case GuardEventKind.Restored:
                _metrics.Restored(kind, TimeSpan.FromMicroseconds(guardEvent.GapNanoseconds / 1000.0));
                break;
            case GuardEventKind.Forgotten:
                _metrics.Forgotten(kind);
                break;
            case GuardEventKind.Vanished:
                _metrics.Vanished(kind);
                break;
            case GuardEventKind.Contention:
                _metrics.Contended(kind);
                break;
        }
    }

    private void Tell(in GuardEvent guardEvent)
    {
        // A refusal until what it hangs on is back, microseconds later, is the ordinary course of an episode.
        bool refused = guardEvent.Kind == GuardEventKind.Refused && guardEvent.Entry is { RefusedErrno: not 0 };
        bool grave = guardEvent.Kind is GuardEventKind.Vanished or GuardEventKind.LedgerFull
            || (refused && (_running is null || ++_refusals <= RefusalsTold));
        if (!_stream.IsWatched && !grave && !_log.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        RouteEvent told = Describe(guardEvent);
        _stream.Write(told);
        if (grave)
        {
            LogGrave(_log, told.Kind, told.Object ?? "", told.Detail ?? "");
        }
        else
        {
            LogEvent(_log, told.Kind, told.Object ?? "", told.By ?? "", told.GapMilliseconds ?? 0);
        }
    }

    private RouteEvent Describe(in GuardEvent guardEvent) => new()
    {
        At = At(guardEvent.At),
        Kind = NameOf(guardEvent.Kind),
        Object = guardEvent.Entry is { } entry ? TextOf(entry) : null,
        By = guardEvent.Deleter switch
        {
            Deleter.OtherProcess => string.Create(CultureInfo.InvariantCulture, $"process {guardEvent.PortId}"),
            Deleter.Self => "agent",
            Deleter.Unseen => "unknown",
            Deleter.Kernel => "kernel",
            _ => "networkd",
        },
        GapMilliseconds = guardEvent.Kind == GuardEventKind.Restored ? guardEvent.GapNanoseconds / 1e6 : null,
        Detail = guardEvent.Kind switch
        {
            GuardEventKind.Refused => ReasonOf(guardEvent.Entry!),
            GuardEventKind.Vanished => "gone without a deletion seen, and no flush explains it",
            GuardEventKind.LedgerFull => "the ledger is full: raise routes.maxObjects, or exclude what need not be guarded",
            _ => null,
        },
    };

    private void Open(in GuardEvent started)
    {
        KnownCause cause = _cause();
        DateTimeOffset at = At(started.At);
        _running = new EpisodeRecord
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}-{started.Episode}"),
            StartedAt = at,
            Cause = cause.Text,
            Lost = ObjectCounts.None,
            Restored = ObjectCounts.None,
            NotRestorable = [],
            Contention = 0,
            LongestGapMilliseconds = 0,
            MedianGapMilliseconds = 0,
            ObserveOnly = !_thread.Guard.Restores,
        };
        _metrics.EpisodeStarted(cause.Kind);
        Save(_running);
        LogStarted(_log, _running.Id, cause.Text);
    }

    private void Close(EpisodeSummary summary)
    {
        if (_running is not { } running)
        {
            return;
        }

        KnownCause cause = _cause();
        EpisodeRecord ended = running with
        {
            EndedAt = At(summary.EndedAt),
            Cause = cause.Kind == EpisodeCause.Unknown ? running.Cause : cause.Text,
            Lost = summary.Lost,
            Restored = summary.Restored,
            Contention = summary.Contention,
            LongestGapMilliseconds = summary.LongestGap / 1e6,
            MedianGapMilliseconds = summary.MedianGap / 1e6,
            NotRestorable = [.. summary.NotRestored.Select(entry => new NotRestorableObject(TextOf(entry), ReasonOf(entry)))],
        };
        _running = null;
        Save(ended);
        if (_refusals > RefusalsTold)
        {
            LogRefusals(_log, ended.Id, _refusals, RefusalsTold);
        }

        _refusals = 0;
        LogEnded(
            _log, ended.Id, ended.Lost.Total, ended.Restored.Total, ended.NotRestorable.Count, ended.LongestGapMilliseconds,
            ended.Cause);
        foreach (LedgerEntry entry in summary.NotRestored)
        {
            _metrics.NotRestorable(entry.Key.Kind);
        }

        foreach (NotRestorableObject lost in ended.NotRestorable)
        {
            LogNotRestorable(_log, ended.Id, lost.Object, lost.Reason);
        }
    }

    private void Save(EpisodeRecord episode)
    {
        string? problem = _store.Save(episode);
        if (problem is not null && Problem is null)
        {
            LogProblem(_log, problem);
        }

        Problem = problem;
    }

    private string ReasonOf(LedgerEntry entry) => LedgerView.ReasonOf(entry, _thread.Guard.Restores) ?? "it is back";

    private string TextOf(LedgerEntry entry) => RoutingObjectView.From(entry.Request, _thread.LinkTable.NameOf).Text;

    private DateTimeOffset At(long monotonic) =>
        _time.GetUtcNow() - TimeSpan.FromMicroseconds((Clock.MonotonicNanoseconds() - monotonic) / 1000.0);

    private static string NameOf(GuardEventKind kind) => kind switch
    {
        GuardEventKind.EpisodeStarted => "episode-started",
        GuardEventKind.EpisodeEnded => "episode-ended",
        GuardEventKind.Lost => "lost",
        GuardEventKind.Restored => "restored",
        GuardEventKind.Refused => "refused",
        GuardEventKind.Forgotten => "forgotten",
        GuardEventKind.Vanished => "vanished",
        GuardEventKind.Contention => "contention",
        GuardEventKind.Retracted => "retracted",
        _ => "ledger-full",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "episode {Episode} started: networkd deletes foreign routing objects; cause: {Cause}")]
    private static partial void LogStarted(ILogger log, string episode, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "episode {Episode} ended: {Lost} objects lost, {Restored} restored, {NotRestorable} not restorable, longest gap {LongestGapMilliseconds} ms; cause: {Cause}")]
    private static partial void LogEnded(
        ILogger log, string episode, int lost, int restored, int notRestorable, double longestGapMilliseconds, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "episode {Episode}: the kernel refused {Refusals} restores on the way; the first {Told} are told above")]
    private static partial void LogRefusals(ILogger log, string episode, int refusals, int told);

    [LoggerMessage(Level = LogLevel.Error, Message = "episode {Episode}: {Object} is not restorable: {Reason}")]
    private static partial void LogNotRestorable(ILogger log, string episode, string @object, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Event}: {Object} by {By}, gap {GapMilliseconds} ms")]
    private static partial void LogEvent(ILogger log, string @event, string @object, string by, double gapMilliseconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Event}: {Object}: {Detail}")]
    private static partial void LogGrave(ILogger log, string @event, string @object, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogProblem(ILogger log, string problem);
}
