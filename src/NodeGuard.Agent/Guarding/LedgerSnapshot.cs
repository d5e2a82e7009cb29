using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// What changes of an entry, as it was on the guard's thread. Its key, facts and identity stay what they are, and its request
/// is replaced as a whole: whoever has the snapshot reads them from the entry.
/// </summary>
internal readonly record struct EntrySnapshot
{
    public required LedgerEntry Entry { get; init; }

    public required Ownership Owner { get; init; }

    public required EntryState State { get; init; }

    public required ulong Order { get; init; }

    public required int Restores { get; init; }

    public required int RefusedErrno { get; init; }

    public required string? RefusalText { get; init; }

    public required bool Pinned { get; init; }

    public required bool Guarded { get; init; }

    public required bool Secondary { get; init; }

    /// <summary>The request with what is left of its lifetimes, which a later message overwrites; null for what has none.</summary>
    public required byte[]? Aged { get; init; }

    /// <summary>A copy of the message that re-creates the object.</summary>
    public byte[] CopyRequest() => Aged ?? Entry.Request.ToArray();

    /// <summary>Runs on the guard's thread.</summary>
    public static EntrySnapshot Of(LedgerEntry entry, long now) => new()
    {
        Entry = entry,
        Owner = entry.Owner,
        State = entry.State,
        Order = entry.Order,
        Restores = entry.Restores,
        RefusedErrno = entry.RefusedErrno,
        RefusalText = entry.RefusalText,
        Pinned = entry.Pinned,
        Guarded = entry.Guarded,
        Secondary = entry.ShouldBeSecondary,
        Aged = entry.Facts.Expires ? Age(entry, now) : null,
    };

    private static byte[] Age(LedgerEntry entry, long now)
    {
        byte[] request = entry.Request.ToArray();
        RequestForms.Age(request, entry.LifetimeSpent(now));
        return request;
    }
}

/// <summary>
/// A copy of the ledger for other threads, which sort it and make text or a file of it. The guard's thread only copies,
/// into room that is there already: whoever lists or saves 100,000 objects in the middle of a flush delays no restore by more.
/// </summary>
internal sealed class LedgerSnapshot
{
    // For what comes into the ledger before it is copied, and so that one that grows does not need a new room each time.
    private const int LeastSpare = 64;

    private EntrySnapshot[] _entries = [];
    private int _count;

    /// <summary>The ledger's version that was copied.</summary>
    public long Version { get; private set; }

    /// <summary>In no order until <see cref="Sort"/>.</summary>
    public ReadOnlySpan<EntrySnapshot> Entries => _entries.AsSpan(0, _count);

    /// <summary>Copies what the ledger holds now, but for entries that are on their way out.</summary>
    public async Task TakeAsync(GuardThread thread, CancellationToken cancellation)
    {
        do
        {
            int count = thread.Guard.Ledger.Count;
            if (_entries.Length < count + LeastSpare)
            {
                _entries = new EntrySnapshot[count + Math.Max(LeastSpare, count / 4)];
            }
        }
        while (!await thread.AskAsync(Copy, cancellation));
    }

    public void Sort(Comparison<EntrySnapshot> comparison) => _entries.AsSpan(0, _count).Sort(comparison);

    /// <summary>Lets go of the entries, not of the room.</summary>
    public void Clear()
    {
        Array.Clear(_entries, 0, _count);
        _count = 0;
    }

    private bool Copy(GuardThread thread)
    {
        Ledger ledger = thread.Guard.Ledger;
        _count = 0;
        if (ledger.Count > _entries.Length)
        {
            return false;
        }

        long now = Clock.MonotonicNanoseconds();
        foreach (LedgerEntry entry in ledger.Entries)
        {
            if (entry.State != EntryState.Retracting)
            {
                _entries[_count++] = EntrySnapshot.Of(entry, now);
            }
        }

        Version = ledger.Version;
        return true;
    }
}
