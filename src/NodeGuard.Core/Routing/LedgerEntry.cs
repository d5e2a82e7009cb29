namespace NodeGuard.Core.Routing;

public enum EntryState : byte
{
    /// <summary>In the kernel, as far as we have read.</summary>
    Present,

    /// <summary>Lost, and a restore is on its way to the kernel.</summary>
    Restoring,

    /// <summary>Lost; the kernel refused it, contention delays it, or the mode forbids restoring it.</summary>
    Missing,

    /// <summary>Gone without a known reason; given up unless one turns up before the entry's deadline.</summary>
    Unexplained,

    /// <summary>Its owner deleted it while our restore was under way: our copy is deleted as soon as it shows.</summary>
    Retracting,

    /// <summary>No longer in the ledger.</summary>
    Forgotten,
}

/// <summary>One object of the ledger. Belongs to the guard's thread; other threads may only read its bytes.</summary>
public sealed class LedgerEntry
{
    private volatile LedgerMessage _message;
    private RestoreBudget _budget;

    private LedgerEntry(in ObservedObject observed)
    {
        Key = observed.Key;
        Facts = observed.Facts;
        _message = new LedgerMessage(observed);
        ShowsWeight = observed.ShowsWeight;
        ShouldBeSecondary = IsSecondary = observed.Facts.Secondary;
    }

    public ObjectKey Key { get; }

    public ObjectFacts Facts { get; }

    public ReadOnlySpan<byte> Request => _message.Request;

    public ReadOnlySpan<byte> Identity => _message.Identity;

    public ReadOnlySpan<byte> FollowUp => _message.FollowUp;

    /// <summary>False for a hop that was only ever told alone, so that its weight is not known.</summary>
    public bool ShowsWeight { get; private set; }

    public Ownership Owner { get; set => Change(ref field, value); }

    public EntryState State { get; set => Change(ref field, value); }

    public bool Pinned { get; set => Change(ref field, value); }

    /// <summary>Counts the entry; null for one that no ledger holds.</summary>
    internal LedgerTally? Tally
    {
        get;
        set
        {
            field?.Count(this, -1);
            field = value;
            field?.Count(this, 1);
        }
    }

    /// <summary>False when a filter of the configuration excludes it from being restored.</summary>
    public bool Guarded { get; set; } = true;

    /// <summary>First come, lower number; the order in which equal-priority rules stand in the kernel's list.</summary>
    public ulong Order { get; set; }

    /// <summary>Monotonic nanoseconds at which the loss was read.</summary>
    public long LostAt { get; set; }

    /// <summary>Monotonic nanoseconds at which the lifetimes in the request were what was left.</summary>
    public long LifetimesAt { get; internal set; }

    /// <summary>Times that this object was given back, for people.</summary>
    public int Restores { get; set; }

    /// <summary>The kernel's last refusal (a positive errno), or 0.</summary>
    public int RefusedErrno { get; set; }

    /// <summary>The kernel's own words on the last refusal, where it had any.</summary>
    public string? RefusalText { get; set; }

    /// <summary>The owner was told by the portid of its creation, which no later description overrules.</summary>
    public bool OwnerObserved { get; set; }

    /// <summary>
    /// networkd once described it as its own, which its later silence does not take back: 257 with ManageForeignRoutes=no
    /// leaves even its own routes out after a restart.
    /// </summary>
    public bool OwnerDescribed { get; set; }

    /// <summary>The next object under the same key; see <see cref="ObjectKey"/>.</summary>
    internal LedgerEntry? NextWithSameKey { get; set; }

    /// <summary>Generation of the last full read that showed the object.</summary>
    internal int SeenInRead { get; set; }

    /// <summary>Restores that the kernel accepted and whose notification has not been read yet.</summary>
    internal int UnreadEchoes { get; set; }

    /// <summary>The kernel has this key with damaged content, so that only a replacing request restores it.</summary>
    internal bool Damaged { get; set; }

    /// <summary>Sent because its cause fell: whether it was lost at all shows in the kernel's answer.</summary>
    internal bool Speculative { get; set; }

    /// <summary>Monotonic nanoseconds before which no restore is tried again, or until which an explanation is awaited.</summary>
    internal long Deadline { get; set; }

    /// <summary>The episode that last took it; 0 for none.</summary>
    internal int LostInEpisode { get; set; }

    internal int RestoredInEpisode { get; set; }

    /// <summary>Position in the last full read; tells whether equal-priority rules still stand in their order.</summary>
    internal int ReadPosition { get; set; }

    /// <summary>Where an IPv4 address should stand among those of its prefix, and where it stands now.</summary>
    public bool ShouldBeSecondary { get; internal set; }

    internal bool IsSecondary { get; set; }

    /// <summary>In the guard's list of entries that wait for a deadline.</summary>
    internal bool Waiting { get; set; }

    /// <summary>True when the loss was told by the kernel (portid 0) rather than found by a full read.</summary>
    internal bool FellByKernel { get; set; }

    /// <summary>Bytes this entry holds beyond its own fixed size.</summary>
    public int ByteCount => _message.Length;

    /// <summary>Nanoseconds to wait before the object is restored; 0 when it may be restored at once.</summary>
    internal long TakeRestore(long now) => _budget.Take(now);

    public static LedgerEntry From(in ObservedObject observed) => new(observed);

    /// <summary>
    /// Takes over the lifetimes that a deletion message carried, which are what was left at that instant.
    /// </summary>
    /// <remarks>The deletion of an IPv6 route tells none: its lifetime has to be reckoned from when it was last told.</remarks>
    internal void TakeLifetimes(in ObservedObject deleted, long now)
    {
        if (_message.TryTake(deleted))
        {
            LifetimesAt = now;
        }
    }

    /// <summary>Takes over the message of an observation of the same object that tells more, its weight.</summary>
    internal void TakeMessage(in ObservedObject told, long now)
    {
        _message = new LedgerMessage(told);
        ShowsWeight |= told.ShowsWeight;
        LifetimesAt = now;
    }

    /// <summary>Whole seconds to be taken off the lifetimes in the request; 0 for what has none.</summary>
    public uint LifetimeSpent(long now) =>
        Facts.Expires ? WholeSeconds(now - LifetimesAt) : 0;

    // The tally counts an entry as it is.
    private void Change<T>(ref T field, T value)
    {
        Tally?.Count(this, -1);
        field = value;
        Tally?.Count(this, 1);
    }

    /// <summary>
    /// The nearest whole seconds of a time that passed. Rounding always one way would make a lifetime longer, or shorter,
    /// with each flush and each restart of the agent.
    /// </summary>
    public static uint WholeSeconds(long nanoseconds) => (uint)Math.Clamp((nanoseconds + 500_000_000) / 1_000_000_000, 0, uint.MaxValue - 1);
}
