namespace NodeGuard.Core.Routing;

public sealed partial class RouteGuard
{
    /// <summary>A creation or change notification.</summary>
    /// <param name="observed">The object as it is now.</param>
    /// <param name="author">Who made it, told by the notification's portid.</param>
    /// <param name="replaces">The message had NLM_F_REPLACE and this is its first object: what stood under the key is gone.</param>
    /// <param name="linkName">Name of the object's link, for the filter; null when there is none.</param>
    /// <param name="now">Monotonic nanoseconds.</param>
    public void OnCreated(in ObservedObject observed, Deleter author, bool replaces, string? linkName, long now)
    {
        if (observed.Facts.KernelMade)
        {
            // A connected route comes with its address, and gateways that were refused become reachable by it.
            _retryRefused |= observed.Key.Kind is ObjectKind.Route or ObjectKind.Address;
            return;
        }

        LedgerEntry? entry = Find(observed, author);
        if (entry is not null && entry.State == EntryState.Retracting && author == Deleter.Self)
        {
            Retract(entry, now);
            return;
        }

        if (replaces && observed.Key.Kind == ObjectKind.Route && author != Deleter.Self)
        {
            DropReplaced(observed, entry);
        }

        if (entry is null)
        {
            OnUnknownCreated(observed, author, linkName, now);
        }
        else
        {
            OnKnownCreated(entry, observed, author, now);
            NoteRank(entry, observed, author, now);
        }

        if (observed.Key.Kind is ObjectKind.Address or ObjectKind.Nexthop)
        {
            _retryRefused = true;
        }
    }

    /// <summary>
    /// The kernel and we ourselves announce addresses in passing states (IFA_F_NODAD set until our follow-up, flags of
    /// duplicate detection); such an announcement is the entry with its key, whatever its content.
    /// </summary>
    private LedgerEntry? Find(in ObservedObject observed, Deleter author)
    {
        LedgerEntry? entry = Ledger.Find(observed.Key, observed.Identity);
        if (entry is not null || observed.Key.Kind is not (ObjectKind.Address or ObjectKind.Nexthop)
            || Ledger.FirstWithKey(observed.Key) is not { } changed)
        {
            return entry;
        }

        bool passing = author == Deleter.Self
            || (author == Deleter.Kernel && (!HasUntoldAuthor(observed.Key) || (changed.Restores > 0 && Episode.Running)));
        return passing ? changed : null;
    }

    private void OnKnownCreated(LedgerEntry entry, in ObservedObject observed, Deleter author, long now)
    {
        if (author == Deleter.Self)
        {
            entry.UnreadEchoes = Math.Max(0, entry.UnreadEchoes - 1);
        }
        else if (author == Deleter.Networkd && entry.Owner == Ownership.Foreign && !Episode.Running
            && !(entry.IsSecondary && !observed.Facts.Secondary))
        {
            // With networkd's portid come also addresses that the kernel promoted, and in an episode what it restored:
            // then its description decides.
            entry.Owner = Ownership.Networkd;
            entry.OwnerObserved = true;
            Ledger.Touch();
        }

        Ledger.LearnWeight(entry, observed, now);
        if (entry.Facts.Expires)
        {
            entry.TakeLifetimes(observed, now);
        }

        if (author != Deleter.Self || entry.State != EntryState.Restoring)
        {
            BecomePresent(entry);
        }
    }

    private void OnUnknownCreated(in ObservedObject observed, Deleter author, string? linkName, long now)
    {
        LedgerEntry? changed = observed.Key.Kind is ObjectKind.Address or ObjectKind.Nexthop
            ? Ledger.FirstWithKey(observed.Key)
            : null;
        if (changed is not null && IsDamage(changed, author))
        {
            changed.Damaged = true;
            Lose(changed, Deleter.Networkd, 0, now);
            return;
        }

        Ownership owner = author == Deleter.Networkd ? Ownership.Networkd : Ownership.Foreign;
        LedgerEntry? adopted = Adopt(observed, changed?.Owner ?? owner, linkName, changed, now);
        if (adopted is not null)
        {
            adopted.OwnerObserved = changed?.OwnerObserved ?? author is Deleter.Networkd or Deleter.OtherProcess;
        }
    }

    /// <summary>
    /// A nexthop deleted by networkd leaves its groups one member short, announced with networkd's portid, right behind its own
    /// deletion; that one may be lost in an overrun, and networkd has no other reason to write a group that is not its own.
    /// </summary>
    private bool IsDamage(LedgerEntry changed, Deleter author) =>
        changed.Owner == Ownership.Foreign && changed.Facts.Stage == RestoreStage.NexthopGroup
        && (author is Deleter.Networkd || (author is Deleter.Kernel && _fallenNexthops.Count > 0));

    private LedgerEntry? Adopt(
        in ObservedObject observed, Ownership owner, string? linkName, LedgerEntry? inPlaceOf, long now)
    {
        if (inPlaceOf is not null)
        {
            Ledger.Remove(inPlaceOf);
        }

        bool wasFull = Ledger.IsFull;
        LedgerEntry? entry = Ledger.Add(observed, owner);
        if (entry is null)
        {
            if (!wasFull)
            {
                Tell(GuardEventKind.LedgerFull, null, Deleter.Self, 0, now);
            }

            return null;
        }

        entry.LifetimesAt = now;
        entry.Pinned = inPlaceOf?.Pinned ?? false;
        entry.Guarded = !Filter.Excludes(observed, linkName);
        BecomePresent(entry);
        // Whoever comes back behind an address that we restored meanwhile stood before it.
        NeedsRead |= observed.Facts.Secondary && Episode.Running;
        return entry;
    }

    private void DropReplaced(in ObservedObject observed, LedgerEntry? same)
    {
        LedgerEntry? entry = Ledger.FirstWithKey(observed.Key);
        while (entry is not null)
        {
            LedgerEntry? next = entry.NextWithSameKey;
            if (!ReferenceEquals(entry, same))
            {
                // IPv4 replaces the first of several: the others still live, and a full read finds them again.
                NeedsRead |= next is not null;
                Ledger.Remove(entry);
            }

            entry = next;
        }
    }

    private void Retract(LedgerEntry entry, long now)
    {
        entry.Damaged = false;
        Outbox.Add(entry, RequestForm.Delete);
        entry.UnreadEchoes--;
        if (entry.UnreadEchoes <= 0)
        {
            Ledger.Remove(entry);
        }

        Tell(GuardEventKind.Retracted, entry, Deleter.Self, 0, now);
    }
}
