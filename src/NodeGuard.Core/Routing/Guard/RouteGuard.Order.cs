namespace NodeGuard.Core.Routing;

public sealed partial class RouteGuard
{
    /// <summary>
    /// Whether the kernel keeps the other addresses of a prefix when the first of them is deleted (promote_secondaries of
    /// the link with this index); where it does not, the order of addresses is left as it is.
    /// </summary>
    public Func<uint, bool> PromotesSecondaries { get; set; } = static _ => false;

    private bool _recalled;

    /// <summary>
    /// An agent that was killed in an episode may have left every object and not each in its place. Called for all saved
    /// entries in their order, and then for the others.
    /// </summary>
    public void RecallPlace(LedgerEntry entry, bool secondary)
    {
        Ledger.MoveLast(entry);
        entry.ShouldBeSecondary = secondary;
        _recalled = true;
        NeedsRead = true;
    }

    /// <summary>
    /// The kernel appends an object behind its equals, so that a rule or hop restored alone stands behind one that it
    /// stood before. Moving each from the first misplaced one on to the end, in the ledger's order, puts the list right;
    /// of rules there is no moment in which one is absent, of routes none in which the destination has no way out.
    /// </summary>
    private void RestoreOrder(LedgerEntry first)
    {
        if (first.Key.Kind is not (ObjectKind.Rule or ObjectKind.Route)
            || !ReferenceEquals(Ledger.FirstWithKey(first.Key), first) || first.NextWithSameKey is null)
        {
            return;
        }

        LedgerEntry? misplaced = FirstMisplaced(first);
        for (LedgerEntry? entry = first; entry is not null; entry = entry.NextWithSameKey)
        {
            if (misplaced is null || entry.State != EntryState.Present || entry.SeenInRead != _read
                || entry.Owner != Ownership.Foreign || !entry.Guarded)
            {
                return;
            }
        }

        bool twins = first.Key.Kind == ObjectKind.Rule;
        for (LedgerEntry? entry = misplaced; entry is not null; entry = entry.NextWithSameKey)
        {
            Outbox.Add(entry, twins ? RequestForm.Rotate : RequestForm.Delete);
            Outbox.Add(entry, twins ? RequestForm.Delete : RequestForm.Rotate);
        }
    }

    /// <summary>The entries before it stand in their order, and stay at the front when all from it on go to the end.</summary>
    private static LedgerEntry? FirstMisplaced(LedgerEntry first)
    {
        LedgerEntry entry = first;
        while (entry.NextWithSameKey is { } next && entry.ReadPosition < next.ReadPosition)
        {
            entry = next;
        }

        return entry.NextWithSameKey;
    }

    /// <summary>Outside a flush the place of an address is what its owner made it; in a flush it is to come back.</summary>
    private void NoteRank(LedgerEntry entry, in ObservedObject observed, Deleter author, long now)
    {
        entry.IsSecondary = observed.Facts.Secondary;
        bool flush = Episode.Running || _recalled || now - _lastNetworkdDeletion < CauseWindow;
        if (author == Deleter.OtherProcess || !flush)
        {
            entry.ShouldBeSecondary = entry.IsSecondary;
        }
    }

    /// <summary>
    /// 252 deletes and re-creates its own address at a restart. A foreign one of the same prefix that was restored in
    /// between is then the first, and the source of all that the host sends: it goes behind again.
    /// </summary>
    private void RestoreRanks(long now)
    {
        List<LedgerEntry>? addresses = null;
        foreach (LedgerEntry entry in Ledger.Entries)
        {
            if (entry.Key.Kind == ObjectKind.Address && entry.State == EntryState.Present && (entry.IsSecondary || entry.ShouldBeSecondary))
            {
                (addresses ??= []).Add(entry);
            }
        }

        foreach (LedgerEntry displaced in addresses ?? [])
        {
            bool wasFirst = displaced.IsSecondary && (displaced.Owner == Ownership.Networkd || !displaced.ShouldBeSecondary);
            if (wasFirst && addresses!.Exists(other => IsInFrontOf(displaced, other)) && PromotesSecondaries(displaced.Key.Index))
            {
                PutBehind(displaced, addresses, now);
                return;
            }
        }
    }

    private void PutBehind(LedgerEntry first, List<LedgerEntry> addresses, long now)
    {
        foreach (LedgerEntry entry in addresses)
        {
            if (entry.ShouldBeSecondary && entry is { Owner: Ownership.Foreign, Guarded: true }
                && OfSamePrefix(first, entry) && entry.TakeRestore(now) == 0)
            {
                Outbox.Add(entry, RequestForm.Delete);
                Outbox.Add(entry, RequestForm.Rotate);
                EnqueueDependents(Ledger.DependentsOfAddress(entry.Key.Destination), now);
                NeedsRead = true;
            }
        }
    }

    private static bool IsInFrontOf(LedgerEntry displaced, LedgerEntry other) =>
        other is { ShouldBeSecondary: true, IsSecondary: false, Owner: Ownership.Foreign, Guarded: true }
        && OfSamePrefix(displaced, other);

    private static bool OfSamePrefix(LedgerEntry left, LedgerEntry right)
    {
        int hostBits = 32 - left.Key.PrefixLength;
        return left.Key.Index == right.Key.Index && left.Key.PrefixLength == right.Key.PrefixLength
            && left.Key.Source.ShiftRight(hostBits) == right.Key.Source.ShiftRight(hostBits);
    }

    /// <summary>IPv6 routes outlive their preferred source and go on without it, which no notification tells.</summary>
    private static bool LosesOnlyItsSource(LedgerEntry entry) =>
        entry.Key is { Kind: ObjectKind.Route, Family: 10 } && entry.Facts.PreferredSource != AddressNumber.Zero;

    /// <summary>
    /// The first read of an agent that was killed takes a route without its source for one of its own. Should it be
    /// another's after all, the next read finds it again.
    /// </summary>
    private void ForgetWithoutSource(LedgerEntry whole)
    {
        LedgerEntry? entry = whole.Damaged ? Ledger.FirstWithKey(whole.Key) : null;
        while (entry is not null)
        {
            LedgerEntry? next = entry.NextWithSameKey;
            if (entry.Facts.PreferredSource == AddressNumber.Zero && entry.Facts.LinkIndex == whole.Facts.LinkIndex
                && entry.Facts.NexthopId == whole.Facts.NexthopId)
            {
                Ledger.Remove(entry);
            }

            entry = next;
        }
    }

    /// <summary>
    /// True when what a full read shows is a recorded route that lost its source with a fallen address: that route is
    /// lost, and this is no other.
    /// </summary>
    private bool IsWithoutItsSource(in ObservedObject observed)
    {
        if (observed.Key is not { Kind: ObjectKind.Route, Family: 10 } || observed.Facts.PreferredSource != AddressNumber.Zero)
        {
            return false;
        }

        bool found = false;
        for (LedgerEntry? entry = Ledger.FirstWithKey(observed.Key); entry is not null; entry = entry.NextWithSameKey)
        {
            if (LosesOnlyItsSource(entry) && entry is { Owner: Ownership.Foreign, Guarded: true }
                && entry.Facts.LinkIndex == observed.Facts.LinkIndex && entry.Facts.NexthopId == observed.Facts.NexthopId
                && (entry.Damaged || _fallenAddresses.Contains(entry.Facts.PreferredSource)))
            {
                entry.Damaged = true;
                found = true;
            }
        }

        return found;
    }
}
