namespace NodeGuard.Core.Routing;

public sealed partial class RouteGuard
{
    /// <summary>A deletion notification. Allocates nothing.</summary>
    public void OnDeleted(in ObservedObject observed, Deleter deleter, uint portId, long now)
    {
        if (_reading)
        {
            _deletedDuringRead.Add(observed.Key);
        }

        LedgerEntry? entry = FindDeleted(observed);
        if (deleter == Deleter.Networkd)
        {
            _lastNetworkdDeletion = now;
            NoteCause(observed.Key, now);
        }
        else if (deleter == Deleter.Kernel && entry?.Owner == Ownership.Networkd)
        {
            NoteCause(observed.Key, now);
        }

        if (entry is null || entry.State == EntryState.Retracting)
        {
            return;
        }

        if (entry.Facts.Expires)
        {
            entry.TakeLifetimes(observed, now);
        }

        bool explained = deleter == Deleter.Kernel && IsExplained(entry, now);
        switch (Attribution.Decide(deleter, entry.Owner, entry.Pinned, explained))
        {
            case DeletionVerdict.RestoreNow:
            case DeletionVerdict.RestoreAfterCause:
                Lose(entry, deleter, portId, now);
                break;
            case DeletionVerdict.AwaitExplanation:
                AwaitExplanation(entry, fellByKernel: true, now);
                break;
            case DeletionVerdict.Forget:
                ForgetDeleted(entry, deleter, portId, now);
                break;
        }
    }

    /// <summary>
    /// Addresses and nexthops are unique under their key. A route whose content the kernel shows differently at its
    /// deletion is still the only one under its key, where it is the only one. Equal-priority rules are never mistaken.
    /// </summary>
    private LedgerEntry? FindDeleted(in ObservedObject observed)
    {
        LedgerEntry? entry = Ledger.Find(observed.Key, observed.Identity);
        if (entry is not null || observed.Key.Kind == ObjectKind.Rule)
        {
            return entry;
        }

        LedgerEntry? first = Ledger.FirstWithKey(observed.Key);
        return first is not null && first.NextWithSameKey is null ? first : null;
    }

    private void NoteCause(in ObjectKey key, long now)
    {
        if (key.Kind == ObjectKind.Address)
        {
            _fallenAddresses.Add(key.Destination);
        }
        else if (key.Kind == ObjectKind.Nexthop)
        {
            _fallenNexthops.Add(key.Index);
        }
        else
        {
            ReconsiderUnexplained(now);
            return;
        }

        // IPv4 routes go with their address or nexthop without a notification.
        NeedsRead = true;
        _lastCauseAt = now;
        ReconsiderUnexplained(now);
    }

    /// <summary>
    /// Whether a loss that the kernel tells with portid 0 is networkd's doing. Of an IPv6 address that is all that can
    /// be known: it falls among networkd's other deletions, or right after its start.
    /// </summary>
    private bool IsExplained(LedgerEntry entry, long now) =>
        HangsOnFallen(entry.Facts, now)
        || (HasUntoldAuthor(entry.Key)
            && (now - _lastNetworkdDeletion < CauseWindow || now - _networkdStartedAt < StartExplainsAddresses));

    private bool HangsOnFallen(in ObjectFacts facts, long now) =>
        (facts.NexthopId != 0 && _fallenNexthops.Contains(facts.NexthopId))
        || (facts.PreferredSource != AddressNumber.Zero && _fallenAddresses.Contains(facts.PreferredSource))
        || (facts.LinkIndex != 0 && _fallenLinks.Contains(facts.LinkIndex))
        || (facts.Stage == RestoreStage.NexthopGroup && _fallenNexthops.Count > 0)
        // The connected route behind a gateway goes with its address; IPv6 tells such routes with portid 0.
        || (facts.Stage is RestoreStage.GatewayedRoute or RestoreStage.Nexthop
            && _fallenAddresses.Count > 0 && now - _lastCauseAt < CauseWindow);

    private void Lose(LedgerEntry entry, Deleter deleter, uint portId, long now)
    {
        bool flush = deleter != Deleter.OtherProcess && !(deleter == Deleter.Kernel && entry.Pinned);
        if (flush)
        {
            CountLoss(entry, deleter, portId, now);
        }

        if (flush && HasUntoldAuthor(entry.Key))
        {
            _fallenAddresses.Add(entry.Key.Destination);
            _lastCauseAt = now;
            NeedsRead = true;
        }

        entry.LostAt = now;
        if (!entry.Guarded)
        {
            Tell(GuardEventKind.Forgotten, entry, deleter, portId, now);
            Ledger.Remove(entry);
            return;
        }

        if (!Restores)
        {
            entry.State = EntryState.Missing;
            return;
        }

        long wait = entry.TakeRestore(now);
        if (wait > 0)
        {
            Tell(GuardEventKind.Contention, entry, deleter, portId, now, wait);
        }

        // What a read found is gone for a while already, and may be thousands: what is deleted just now goes before it.
        if (wait > 0 || deleter == Deleter.Unseen)
        {
            entry.State = EntryState.Missing;
            entry.Deadline = now + wait;
            Wait(entry);
            return;
        }

        Enqueue(entry);
        EnqueueDependents(entry, now);
    }

    private void CountLoss(LedgerEntry entry, Deleter deleter, uint portId, long now)
    {
        if (!Episode.Running)
        {
            Episode.Start(now);
            Tell(GuardEventKind.EpisodeStarted, null, deleter, portId, now);
        }

        Episode.Sign(now);
        if (entry.LostInEpisode == Episode.Number)
        {
            Episode.CountContention();
        }
        else
        {
            entry.LostInEpisode = Episode.Number;
            Episode.CountLost(entry.Key.Kind);
        }

        Tell(GuardEventKind.Lost, entry, deleter, portId, now);
    }

    /// <summary>
    /// What hangs on a restored address or nexthop goes out right behind it, without waiting for a full read to show
    /// that it fell: IPv4 routes fall silently, and the kernel answers "already exists" for those that did not.
    /// </summary>
    private void EnqueueDependents(LedgerEntry cause, long now)
    {
        switch (cause.Key.Kind)
        {
            case ObjectKind.Address:
                EnqueueDependents(Ledger.DependentsOfAddress(cause.Key.Destination), now);
                break;
            case ObjectKind.Nexthop:
                HashSet<LedgerEntry> dependents = Ledger.DependentsOfNexthop(cause.Key.Index);
                foreach (LedgerEntry group in dependents)
                {
                    if (group.Facts.Stage == RestoreStage.NexthopGroup && EnqueueSpeculative(group, now))
                    {
                        EnqueueDependents(Ledger.DependentsOfNexthop(group.Key.Index), now);
                    }
                }

                EnqueueDependents(dependents, now);
                break;
        }
    }

    private void EnqueueDependents(HashSet<LedgerEntry> dependents, long now)
    {
        foreach (LedgerEntry dependent in dependents)
        {
            if (dependent.Key.Kind == ObjectKind.Route)
            {
                EnqueueSpeculative(dependent, now);
            }
        }
    }

    private bool EnqueueSpeculative(LedgerEntry entry, long now)
    {
        if (entry.Owner != Ownership.Foreign || !entry.Guarded
            || entry.State is not (EntryState.Present or EntryState.Unexplained or EntryState.Missing or EntryState.Restoring))
        {
            return false;
        }

        if (entry.State == EntryState.Present)
        {
            entry.Speculative = true;
            entry.LostAt = now;
        }
        else if (entry.State == EntryState.Unexplained)
        {
            CountLoss(entry, Deleter.Kernel, 0, now);
        }

        // A group that lost a member lives on without it, an IPv6 route without its source: "exists" would prove nothing.
        entry.Damaged |= entry.Facts.Stage == RestoreStage.NexthopGroup || LosesOnlyItsSource(entry);
        Enqueue(entry);
        return true;
    }

    private void ForgetDeleted(LedgerEntry entry, Deleter deleter, uint portId, long now)
    {
        if (entry.Owner == Ownership.Foreign)
        {
            Tell(GuardEventKind.Forgotten, entry, deleter, portId, now);
        }

        if (entry.Key.Kind == ObjectKind.Nexthop)
        {
            ForgetDependents(Ledger.DependentsOfNexthop(entry.Key.Index), deleter, portId, now);
        }
        else if (entry.Key.Kind == ObjectKind.Address)
        {
            ForgetDependents(Ledger.DependentsOfAddress(entry.Key.Destination), deleter, portId, now);
        }

        if (entry.UnreadEchoes > 0)
        {
            // Our restore took effect after its owner had deleted it, or else its notification would have come first.
            entry.State = EntryState.Retracting;
            return;
        }

        Ledger.Remove(entry);
    }

    /// <summary>
    /// Whoever deletes an address or a nexthop deletes the routes on it, which the kernel does not always tell. A full
    /// read adopts again what did stay.
    /// </summary>
    private void ForgetDependents(HashSet<LedgerEntry> dependents, Deleter deleter, uint portId, long now)
    {
        foreach (LedgerEntry dependent in dependents)
        {
            if (dependent.State is not (EntryState.Retracting or EntryState.Forgotten)
                && dependent is { Pinned: false, Owner: Ownership.Foreign }
                && deleter == Deleter.OtherProcess)
            {
                NeedsRead = true;
                ForgetDeleted(dependent, deleter, portId, now);
            }
        }
    }
}
