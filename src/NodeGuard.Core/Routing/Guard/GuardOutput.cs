namespace NodeGuard.Core.Routing;

public enum RequestForm : byte
{
    /// <summary>CREATE|EXCL: "already exists" is success.</summary>
    Exclusive,

    /// <summary>CREATE|APPEND: others with the same key exist, and each must come back beside them.</summary>
    Append,

    /// <summary>CREATE|REPLACE: the kernel holds a damaged form (a group that lost members, an IPv6 route its source).</summary>
    Replace,

    /// <summary>The entry's <see cref="LedgerEntry.FollowUp"/>, as it is.</summary>
    FollowUp,

    /// <summary>
    /// CREATE, for routes with APPEND: goes behind its equals. Of rules a twin, whose older one a Delete takes away behind
    /// it; routes and addresses have no twins, and their Delete goes before.
    /// </summary>
    Rotate,

    /// <summary>Deletes exactly this object.</summary>
    Delete,
}

/// <summary>One message that the guard wants sent now, in order.</summary>
public readonly record struct OutgoingRequest(LedgerEntry Entry, RequestForm Form)
{
    /// <summary>
    /// A later notification of the same batch settled the matter (its owner re-created or deleted it): not to be sent,
    /// and not to be answered.
    /// </summary>
    public bool IsWithdrawn =>
        Entry.State != EntryState.Restoring
        && (Form is RequestForm.Exclusive or RequestForm.Append or RequestForm.Replace
            || (Form == RequestForm.Delete && Entry.Damaged));
}

/// <summary>A list that is filled and emptied without allocating once it has grown to its working size.</summary>
public sealed class Outbox
{
    private OutgoingRequest[] _items = new OutgoingRequest[1024];

    public int Count { get; private set; }

    public ReadOnlySpan<OutgoingRequest> Items => _items.AsSpan(0, Count);

    /// <summary>By index, because answering an item may add others.</summary>
    public OutgoingRequest this[int index] => _items[index];

    public void Add(LedgerEntry entry, RequestForm form)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, _items.Length * 2);
        }

        _items[Count++] = new OutgoingRequest(entry, form);
    }

    public void Clear()
    {
        // The entries stay reachable from the array until they are overwritten; a ledger entry is small and the array is reused.
        Count = 0;
    }
}

public enum GuardEventKind : byte
{
    EpisodeStarted,
    EpisodeEnded,
    Lost,
    Restored,
    Refused,
    Forgotten,
    Vanished,
    Contention,
    Retracted,
    LedgerFull,
}

/// <summary>Something that happened, for the loops behind the guard. Times are monotonic nanoseconds.</summary>
public readonly record struct GuardEvent(
    GuardEventKind Kind,
    LedgerEntry? Entry,
    Deleter Deleter,
    uint PortId,
    long At,
    long GapNanoseconds,
    int Errno,
    int Episode);

/// <summary>
/// One writer (the guard), one reader (the bookkeeping loop). When the reader is slow, new events are dropped and
/// counted: the guard never waits.
/// </summary>
public sealed class GuardEventRing
{
    private readonly GuardEvent[] _events;
    private long _written;
    private long _read;
    private long _dropped;

    /// <param name="capacity">A power of two.</param>
    public GuardEventRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(int.IsPow2(capacity), true);
        _events = new GuardEvent[capacity];
    }

    public long Dropped => Volatile.Read(ref _dropped);

    public bool HasEvents => Volatile.Read(ref _written) != Volatile.Read(ref _read);

    public void Write(in GuardEvent guardEvent)
    {
        long written = _written;
        if (written - Volatile.Read(ref _read) == _events.Length)
        {
            Volatile.Write(ref _dropped, _dropped + 1);
            return;
        }

        _events[written & (_events.Length - 1)] = guardEvent;
        Volatile.Write(ref _written, written + 1);
    }

    public bool TryRead(out GuardEvent guardEvent)
    {
        long read = _read;
        if (read == Volatile.Read(ref _written))
        {
            guardEvent = default;
            return false;
        }

        guardEvent = _events[read & (_events.Length - 1)];
        _events[read & (_events.Length - 1)] = default;
        Volatile.Write(ref _read, read + 1);
        return true;
    }
}
