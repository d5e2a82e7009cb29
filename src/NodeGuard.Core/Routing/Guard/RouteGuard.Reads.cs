namespace NodeGuard.Core.Routing;

/// <summary>Whose object one is that was there before we looked.</summary>
public delegate Ownership OwnerOf(in ObservedObject observed);

public sealed partial class RouteGuard
{
    // To grow is to allocate, and whoever meets another thread in the collector's allocator sleeps 5 ms (.NET 10): 200 KiB
    // for a flush that goes on during a read.
    private readonly HashSet<ObjectKey> _deletedDuringRead = new(4096);
    private readonly List<LedgerEntry> _short = [];
    private readonly HashSet<ObjectKey> _ownersOwn = [];
    private int _read;
    private int _readPosition;
    private bool _reading;

    /// <summary>
    /// A full read of the kernel begins. Notifications go on meanwhile; all those that came before the end of the read
    /// must have been handed over before <see cref="EndRead"/>.
    /// </summary>
    public void BeginRead()
    {
        _read++;
        _readPosition = 0;
        _reading = true;
        NeedsRead = false;
        _deletedDuringRead.Clear();
        _short.Clear();
        Ledger.ForgetFullness();
    }

    /// <summary>The read broke off and says nothing.</summary>
    public void AbandonRead()
    {
        _reading = false;
        NeedsRead = true;
    }

    /// <summary>One object of the read.</summary>
    public void OnRead(in ObservedObject observed, OwnerOf ownerOf, string? linkName, long now)
    {
        if (observed.Facts.KernelMade)
        {
            return;
        }

        LedgerEntry? entry = Ledger.Find(observed.Key, observed.Identity);
        if (entry is null)
        {
            entry = OnUnknownRead(observed, ownerOf, linkName, now);
            if (entry is null)
            {
                return;
            }
        }

        Ledger.LearnWeight(entry, observed, now);
        if (entry.Facts.Expires)
        {
            entry.TakeLifetimes(observed, now);
        }

        entry.SeenInRead = _read;
        entry.ReadPosition = _readPosition++;
        NoteRank(entry, observed, Deleter.Unseen, now);
        entry.Guarded = !Filter.Excludes(observed, linkName);
        if (entry.State is EntryState.Missing or EntryState.Unexplained && !_deletedDuringRead.Contains(observed.Key))
        {
            BecomePresent(entry);
        }
    }

    /// <summary>
    /// Everything was read: what the ledger has and the kernel has not is lost, by a flush if one explains it.
    /// </summary>
    public void EndRead(long now)
    {
        _reading = false;
        JudgeShortGroups();
        bool places = Restores && (Episode.Running || _recalled);
        _recalled = false;
        foreach (LedgerEntry entry in Ledger.Entries)
        {
            if (entry.State == EntryState.Present && entry.SeenInRead != _read)
            {
                AwaitExplanation(entry, fellByKernel: false, now);
            }
            else if (entry.State == EntryState.Restoring)
            {
                // Its answer was lost: every answer has been read by now.
                entry.State = EntryState.Missing;
                entry.RefusedErrno = 0;
                entry.Deadline = now;
                Wait(entry);
            }
            else if (entry.State == EntryState.Retracting && entry.UnreadEchoes == 0)
            {
                // The echo that would have told us to delete our copy was lost with an overrun.
                entry.State = EntryState.Unexplained;
                entry.Deadline = now;
                Wait(entry);
            }
            else if (places)
            {
                RestoreOrder(entry);
            }
        }

        if (places)
        {
            RestoreRanks(now);
        }

        ReconsiderUnexplained(now);
    }

    /// <summary>Declares an object lost that was in the ledger of an earlier agent and is not in the kernel.</summary>
    public void AddLost(in ObservedObject observed, bool pinned, bool flushed, string? linkName, long now)
    {
        LedgerEntry? half = observed.Key.Kind is ObjectKind.Address or ObjectKind.Nexthop
            ? Ledger.FirstWithKey(observed.Key)
            : null;
        if (half is not null)
        {
            RestoreHalf(half, observed, flushed, linkName, now);
            return;
        }

        LedgerEntry? entry = Ledger.Find(observed.Key, observed.Identity) is null
            ? Adopt(observed, Ownership.Foreign, linkName, inPlaceOf: null, now)
            : null;
        if (entry is null)
        {
            return;
        }

        entry.Pinned = pinned;
        if (flushed)
        {
            entry.Damaged = LosesOnlyItsSource(entry);
            Lose(entry, Deleter.Unseen, 0, now);
            ForgetWithoutSource(entry);
        }
        else if (pinned)
        {
            Lose(entry, Deleter.OtherProcess, 0, now);
        }
        else
        {
            AwaitExplanation(entry, fellByKernel: false, now);
        }
    }

    /// <summary>
    /// An address or nexthop lives under the key, in another form: in a flush the form in which an agent that was killed
    /// left it (an address whose follow-up it never sent, a group short of members), else its owner's new one.
    /// </summary>
    private void RestoreHalf(LedgerEntry half, in ObservedObject whole, bool flushed, string? linkName, long now)
    {
        if (!flushed || Adopt(whole, Ownership.Foreign, linkName, half, now) is not { Guarded: true } entry || !Restores)
        {
            return;
        }

        if (entry.Facts.Stage == RestoreStage.NexthopGroup)
        {
            entry.Damaged = true;
            Lose(entry, Deleter.Unseen, 0, now);
        }
        else if (!entry.FollowUp.IsEmpty)
        {
            Outbox.Add(entry, RequestForm.FollowUp);
        }
    }

    private LedgerEntry? OnUnknownRead(in ObservedObject observed, OwnerOf ownerOf, string? linkName, long now)
    {
        if (_deletedDuringRead.Contains(observed.Key) || IsWithoutItsSource(observed))
        {
            return null;
        }

        LedgerEntry? changed = observed.Key.Kind is ObjectKind.Address or ObjectKind.Nexthop
            ? Ledger.FirstWithKey(observed.Key)
            : null;
        if (changed is null)
        {
            return Adopt(observed, ownerOf(observed), linkName, inPlaceOf: null, now);
        }

        if (IsDamage(changed, Deleter.Kernel) && Restores)
        {
            changed.Damaged = true;
            Lose(changed, Deleter.Unseen, 0, now);
            return null;
        }

        if (IsShort(changed, observed))
        {
            // Lost already, and on its way: what the kernel shows is what the flush has left of it.
            if (changed.State is EntryState.Missing or EntryState.Restoring)
            {
                return null;
            }

            if (Ledger.LackingMembers(changed, observed.GroupMembers)!.Any(IsUnseen))
            {
                _short.Add(changed);
                return changed;
            }
        }

        bool followUpPending = changed.Restores > 0 && !changed.FollowUp.IsEmpty && Episode.Running;
        if (followUpPending)
        {
            Outbox.Add(changed, RequestForm.FollowUp);
            return changed;
        }

        return Adopt(observed, changed.Owner, linkName, changed, now);
    }

    /// <summary>
    /// The kernel shows a group without some of its members. Where this read has not shown those either, they may have fallen while
    /// nobody could tell: the group is restored together with them, or taken for its owner's once they have shown.
    /// </summary>
    private bool IsShort(LedgerEntry group, in ObservedObject shown) =>
        Restores && group.Owner == Ownership.Foreign && group.Facts.Stage == RestoreStage.NexthopGroup
        && !_ownersOwn.Contains(group.Key)
        && Ledger.LackingMembers(group, shown.GroupMembers) is { Count: > 0 };

    private bool IsUnseen(uint nexthop) =>
        Ledger.FirstWithKey(new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, nexthop, 0, 0, 0)) is { } member && member.SeenInRead != _read;

    /// <summary>A group whose lacking members have all shown behind it was changed by its owner: the next read takes it as it is.</summary>
    private void JudgeShortGroups()
    {
        _ownersOwn.Clear();
        foreach (LedgerEntry group in _short)
        {
            if (!Ledger.MembersOf(group).Any(IsUnseen))
            {
                _ownersOwn.Add(group.Key);
                NeedsRead = true;
            }
        }

        _short.Clear();
    }
}
