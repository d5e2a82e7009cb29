using System.Collections.Concurrent;
using System.Runtime;
using NodeGuard.Core.Routing;

namespace NodeGuard.Agent.Guarding;

/// <summary>When the kernel is read in full, and when an episode ends.</summary>
internal sealed partial class GuardThread
{
    // Silence of this length shows that a burst is over, so that a full read disturbs no restore.
    private const long BurstPause = 2_000_000;

    // A full read of a large table must not be repeated back to back while networkd goes on deleting.
    private const int ReadCostFactor = 4;

    private readonly List<(long Read, TaskCompletionSource Done)> _awaitingReads = [];
    private long _lastNotification;
    private long _readBegan;
    private long _readEnded;
    private bool _closingEpisode;
    private bool _firstReadDone;
    private bool _markIsOurs;
    private bool _marked;

    /// <summary>Ended episodes, oldest first, for the bookkeeping loop to take.</summary>
    public ConcurrentQueue<EpisodeSummary> Summaries { get; } = new();

    /// <summary>Asks for a full read; completes when one that began later has ended.</summary>
    public Task ReadKernelAsync(CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(guard => guard._awaitingReads.Add((guard.FullReads + (guard._read.Active ? 2 : 1), done)));
        return done.Task.WaitAsync(cancellation);
    }

    /// <summary>What the earlier agent marked has been acted upon: from here on the mark is ours.</summary>
    public void TakeOverMark()
    {
        _markIsOurs = true;
        _marked = Guard.Episode.Running;
        Mark.SetEpisodeOpen(_marked);
    }

    /// <summary>An open episode is marked before the first restore is sent, so that a kill at any instant is known for what it was.</summary>
    private void MarkEpisode()
    {
        bool running = Guard.Episode.Running;
        if (running != _marked && (running || _markIsOurs))
        {
            _marked = running;
            Mark.SetEpisodeOpen(running);
        }
    }

    private void BeginRead(long now)
    {
        _readBegan = now;
        _read.Begin();
    }

    private void StepRead(long now)
    {
        switch (_read.Step(OwnerOf, now))
        {
            case ReadStep.Finished:
                FinishRead(now);
                break;
            case ReadStep.Failed:
                Guard.AbandonRead();
                _readEnded = now;
                break;
        }
    }

    private void FinishRead(long now)
    {
        // What was queued while the last part was made belongs to this read.
        while (ReadNotifications(now))
        {
        }

        _read.End();
        FullReads++;
        Guard.EndRead(now);
        _sender.SendAll(Guard);
        _readEnded = now;
        if (!_firstReadDone)
        {
            _firstReadDone = true;
            _compiledBefore = JitInfo.GetCompiledMethodCount(currentThread: true);
            _started.TrySetResult();
        }

        for (int i = _awaitingReads.Count - 1; i >= 0; i--)
        {
            if (_awaitingReads[i].Read <= FullReads)
            {
                _awaitingReads[i].Done.TrySetResult();
                _awaitingReads.RemoveAt(i);
            }
        }
    }

    /// <summary>Begins a full read when one is due; returns when to ask again.</summary>
    private long ConsiderRead(long now)
    {
        bool wanted = Guard.NeedsRead || _awaitingReads.Count > 0;
        long pause = Math.Max(BurstPause, ReadCostFactor * (_readEnded - _readBegan));
        long due = wanted
            ? Math.Max(_lastNotification + BurstPause, _readEnded + pause)
            : _readEnded + ((long)_options.ResyncInterval.TotalMilliseconds * 1_000_000);
        if (now < due)
        {
            return due;
        }

        BeginRead(now);
        return now;
    }

    /// <summary>
    /// An episode ends when networkd's passes are over and a full read that began after the last of them found
    /// everything restored or refused.
    /// </summary>
    private long ConsiderEpisodeEnd(long now)
    {
        Episode episode = Guard.Episode;
        if (_read.Active)
        {
            return now;
        }

        if (!episode.Running)
        {
            _closingEpisode = false;
            return long.MaxValue;
        }

        if (!Episode.IsQuiet(now - episode.LastSign, Links))
        {
            _closingEpisode = false;
            return now + (Second / 4);
        }

        if (!_closingEpisode)
        {
            _closingEpisode = true;
            BeginRead(now);
            return now;
        }

        if (_readBegan > episode.LastSign && Guard.IsSettled())
        {
            Guard.EndEpisode(now);
            Summaries.Enqueue(EpisodeSummary.Of(Guard, now));
            _closingEpisode = false;
        }

        return now + (Second / 4);
    }
}
