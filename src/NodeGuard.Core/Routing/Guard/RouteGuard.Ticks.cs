namespace NodeGuard.Core.Routing;

public sealed partial class RouteGuard
{
    // Causes explain losses for the rest of an episode; without one they are stale after this time.
    private const long CausesKept = 5_000_000_000;

    // What no notification asked for is sent by so many, for notifications are read in between: the kernel needs up to
    // 17 us to refuse a route whose gateway is gone (250 rules), and a rule deleted meanwhile would wait for all of them.
    private const int SentPerTick = 16;

    // With a hundred thousand due a pass over the list costs more than what it sends.
    private const int MostTicks = 64;

    private static readonly Comparison<LedgerEntry> ByRestoreOrder = static (left, right) =>
        left.Facts.Stage != right.Facts.Stage
            ? left.Facts.Stage.CompareTo(right.Facts.Stage)
            : left.Order.CompareTo(right.Order);

    /// <summary>
    /// Does a part of what is due by now; returns the monotonic nanoseconds at which to call again, or long.MaxValue. Its
    /// requests are to be sent before the next call.
    /// </summary>
    public long Tick(long now)
    {
        if (!Episode.Running && _lastCauseAt != 0 && now - _lastCauseAt > CausesKept)
        {
            ForgetCauses();
        }

        // Not before all that is due had its turn: what is refused again and again would keep the others from theirs.
        if (_retryRefused && !_moreDue)
        {
            _retryRefused = false;
            MakeRefusedDue(now);
        }

        if (!_waitingInOrder)
        {
            _waiting.Sort(ByRestoreOrder);
            _waitingInOrder = true;
        }

        long next = EnqueueDue(now);
        return _retryRefused ? now : next;
    }

    private long EnqueueDue(long now)
    {
        int may = Math.Max(SentPerTick, _waiting.Count / MostTicks);
        long next = long.MaxValue;
        int kept = 0;
        int seen = 0;
        while (seen < _waiting.Count && may > 0)
        {
            LedgerEntry entry = _waiting[seen++];
            if (StillWaits(entry, now))
            {
                next = Math.Min(next, entry.Deadline);
                _waiting[kept++] = entry;
                continue;
            }

            entry.Waiting = false;
            may -= entry.State == EntryState.Restoring ? 1 : 0;
        }

        _moreDue = seen < _waiting.Count;
        _waiting.RemoveRange(kept, seen - kept);
        return _moreDue ? now : next;
    }

    private void MakeRefusedDue(long now)
    {
        foreach (LedgerEntry entry in _waiting)
        {
            if (entry.State == EntryState.Missing && entry.RefusedErrno != 0)
            {
                entry.Deadline = Math.Min(entry.Deadline, now);
            }
        }
    }

    /// <summary>
    /// The passes are over and a full read has just shown that nothing restorable is missing: the episode is closed.
    /// </summary>
    public void EndEpisode(long now)
    {
        Episode.End();
        ForgetCauses();
        Tell(GuardEventKind.EpisodeEnded, null, Deleter.Networkd, 0, now, Episode.LongestGap);
    }

    /// <summary>True when nothing is under way that the next moments will decide: every loss is restored or refused.</summary>
    public bool IsSettled()
    {
        foreach (LedgerEntry entry in _waiting)
        {
            if (entry.State == EntryState.Restoring || (entry.State == EntryState.Missing && entry.RefusedErrno == 0))
            {
                return false;
            }
        }

        return !NeedsRead && !_reading && Outbox.Count == 0;
    }

    /// <summary>Objects that this episode took and that are still lost.</summary>
    public IEnumerable<LedgerEntry> NotRestored()
    {
        foreach (LedgerEntry entry in Ledger.Entries)
        {
            if (entry.State is EntryState.Missing or EntryState.Restoring && entry.LostInEpisode == Episode.Number)
            {
                yield return entry;
            }
        }
    }

    private bool StillWaits(LedgerEntry entry, long now)
    {
        switch (entry.State)
        {
            case EntryState.Missing:
                if (!Restores || now < entry.Deadline)
                {
                    return true;
                }

                Enqueue(entry);
                if (entry.RefusedErrno == 0)
                {
                    EnqueueDependents(entry, now);
                }

                return false;
            case EntryState.Unexplained:
                if (now < entry.Deadline)
                {
                    return true;
                }

                Tell(
                    entry.FellByKernel ? GuardEventKind.Forgotten : GuardEventKind.Vanished,
                    entry, entry.FellByKernel ? Deleter.Kernel : Deleter.Unseen, 0, now);
                Ledger.Remove(entry);
                return false;
            default:
                return false;
        }
    }

    /// <summary>Something that explains losses became known: those that it explains are restored.</summary>
    private void ReconsiderUnexplained(long now)
    {
        if (!_anyUnexplained)
        {
            return;
        }

        bool left = false;
        bool flush = Episode.Running || now - _networkdStartedAt < RestartExplains;
        for (int i = 0; i < _waiting.Count; i++)
        {
            LedgerEntry entry = _waiting[i];
            if (entry.State != EntryState.Unexplained)
            {
                continue;
            }

            bool explained = IsExplained(entry, now) || (flush && !entry.FellByKernel);
            if (Attribution.Decide(Deleter.Unseen, entry.Owner, entry.Pinned, explained) is DeletionVerdict.RestoreNow
                or DeletionVerdict.RestoreAfterCause)
            {
                Lose(entry, entry.FellByKernel ? Deleter.Kernel : Deleter.Unseen, 0, now);
            }
            else if (entry.Owner == Ownership.Networkd)
            {
                Ledger.Remove(entry);
            }
            else
            {
                left = true;
            }
        }

        _anyUnexplained = left;
    }

    private void AwaitExplanation(LedgerEntry entry, bool fellByKernel, long now)
    {
        entry.State = EntryState.Unexplained;
        entry.FellByKernel = fellByKernel;
        entry.LostAt = now;
        entry.Deadline = now + (fellByKernel ? CauseWindow : ExplanationWindow);
        _anyUnexplained = true;
        Wait(entry);
    }

    private void ForgetCauses()
    {
        _fallenAddresses.Clear();
        _fallenNexthops.Clear();
        _fallenLinks.Clear();
        _lastCauseAt = 0;
    }
}
