using System.Buffers.Binary;

namespace NodeGuard.Core.Routing;

/// <summary>
/// The foreign objects that should exist on this node, and networkd's own, found by key and by what they hang on.
/// Look-up and removal allocate nothing. Not thread-safe: it belongs to the guard's thread.
/// </summary>
public sealed class Ledger
{
    private static readonly HashSet<LedgerEntry> None = [];

    private readonly Dictionary<ObjectKey, LedgerEntry> _byKey = [];
    private readonly Dictionary<uint, HashSet<LedgerEntry>> _onNexthop = [];
    private readonly Dictionary<AddressNumber, HashSet<LedgerEntry>> _onAddress = [];
    private readonly int _maxObjects;
    private ulong _nextOrder;

    /// <param name="maxObjects">The bound on memory: objects beyond it are not recorded, and <see cref="IsFull"/> says so.</param>
    public Ledger(int maxObjects)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxObjects, 1);
        _maxObjects = maxObjects;
    }

    public int Count { get; private set; }

    /// <summary>Bytes of all messages held.</summary>
    public long ByteCount { get; private set; }

    /// <summary>At least one object was turned away since the last full read began.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Changes whenever an entry comes or goes; what is on disk is stale when it differs.</summary>
    public long Version { get; private set; }

    public LedgerTally Tally { get; } = new();

    public LedgerEntries Entries => new(_byKey.Values);

    /// <summary>The entry that is this object, or null.</summary>
    public LedgerEntry? Find(in ObjectKey key, ReadOnlySpan<byte> identity)
    {
        _byKey.TryGetValue(key, out LedgerEntry? entry);
        while (entry is not null && !identity.SequenceEqual(entry.Identity))
        {
            entry = entry.NextWithSameKey;
        }

        return entry;
    }

    /// <summary>The first entry under a key; follow <see cref="HasSiblings"/> to know whether it is the only one.</summary>
    public LedgerEntry? FirstWithKey(in ObjectKey key) => _byKey.GetValueOrDefault(key);

    public bool HasSiblings(LedgerEntry entry) =>
        _byKey.TryGetValue(entry.Key, out LedgerEntry? first) && first.NextWithSameKey is not null;

    /// <summary>Enumerates all entries under a key without allocating.</summary>
    public static LedgerEntry? NextWithSameKey(LedgerEntry entry) => entry.NextWithSameKey;

    /// <summary>Routes and groups that use this nexthop.</summary>
    public HashSet<LedgerEntry> DependentsOfNexthop(uint id) => _onNexthop.GetValueOrDefault(id, None);

    /// <summary>The members of a group.</summary>
    public IEnumerable<uint> MembersOf(LedgerEntry group) => _onNexthop.Where(dependents => dependents.Value.Contains(group)).Select(static dependents => dependents.Key);

    /// <summary>The nexthops that a group has here and not in what the kernel shows of it; null when the kernel shows others besides.</summary>
    /// <param name="shown">NHA_GROUP as the kernel sent it.</param>
    public IReadOnlyList<uint>? LackingMembers(LedgerEntry group, ReadOnlySpan<byte> shown)
    {
        uint[] members = GroupMembers(shown);
        if (members.Any(member => !DependentsOfNexthop(member).Contains(group)))
        {
            return null;
        }

        return [.. MembersOf(group).Except(members)];
    }

    /// <summary>Routes that prefer this address as their source.</summary>
    public HashSet<LedgerEntry> DependentsOfAddress(AddressNumber address) => _onAddress.GetValueOrDefault(address, None);

    /// <summary>Records an object; null when the bound is reached.</summary>
    public LedgerEntry? Add(in ObservedObject observed, Ownership owner)
    {
        if (Count >= _maxObjects)
        {
            IsFull = true;
            return null;
        }

        LedgerEntry entry = LedgerEntry.From(observed);
        entry.Owner = owner;
        entry.Order = _nextOrder++;
        entry.Tally = Tally;
        Link(entry);
        foreach (uint member in GroupMembers(observed.GroupMembers))
        {
            Index(_onNexthop, member, entry);
        }

        if (entry.Facts.NexthopId != 0)
        {
            Index(_onNexthop, entry.Facts.NexthopId, entry);
        }

        if (entry.Facts.PreferredSource != AddressNumber.Zero)
        {
            Index(_onAddress, entry.Facts.PreferredSource, entry);
        }

        Count++;
        ByteCount += entry.ByteCount;
        Version++;
        return entry;
    }

    public void Remove(LedgerEntry entry)
    {
        if (!Unlink(entry))
        {
            return;
        }

        if (entry.Facts.Stage == RestoreStage.NexthopGroup)
        {
            // Groups are few; their members are not kept apart from the message, so every list is searched.
            foreach (HashSet<LedgerEntry> dependents in _onNexthop.Values)
            {
                dependents.Remove(entry);
            }
        }

        Unindex(_onNexthop, entry.Facts.NexthopId, entry);
        Unindex(_onAddress, entry.Facts.PreferredSource, entry);
        entry.Tally = null;
        entry.State = EntryState.Forgotten;
        Count--;
        ByteCount -= entry.ByteCount;
        Version++;
    }

    /// <summary>Lets an entry stand behind all others, those under its key among them.</summary>
    public void MoveLast(LedgerEntry entry)
    {
        if (Unlink(entry))
        {
            entry.Order = _nextOrder++;
            Link(entry);
        }
    }

    /// <summary>
    /// The kernel tells the weight of a hop only beside its siblings: what shows it takes the place of a message that does
    /// not, or that has another.
    /// </summary>
    public void LearnWeight(LedgerEntry entry, in ObservedObject told, long now)
    {
        if (told.ShowsWeight && (!entry.ShowsWeight || told.Request.Length != entry.Request.Length
            || (!entry.Facts.Expires && !told.Request.SequenceEqual(entry.Request))))
        {
            ByteCount -= entry.ByteCount;
            entry.TakeMessage(told, now);
            ByteCount += entry.ByteCount;
            Version++;
        }
    }

    /// <summary>A full read begins: whether the bound is still hit shows anew.</summary>
    public void ForgetFullness() => IsFull = Count >= _maxObjects;

    /// <summary>Something that is written to disk changed without an entry coming or going.</summary>
    public void Touch() => Version++;

    private void Link(LedgerEntry entry)
    {
        if (!_byKey.TryAdd(entry.Key, entry))
        {
            LedgerEntry last = _byKey[entry.Key];
            while (last.NextWithSameKey is not null)
            {
                last = last.NextWithSameKey;
            }

            last.NextWithSameKey = entry;
        }
    }

    private bool Unlink(LedgerEntry entry)
    {
        if (!_byKey.TryGetValue(entry.Key, out LedgerEntry? first))
        {
            return false;
        }

        if (ReferenceEquals(first, entry))
        {
            if (entry.NextWithSameKey is null)
            {
                _byKey.Remove(entry.Key);
            }
            else
            {
                _byKey[entry.Key] = entry.NextWithSameKey;
            }
        }
        else
        {
            LedgerEntry? previous = first;
            while (previous is not null && !ReferenceEquals(previous.NextWithSameKey, entry))
            {
                previous = previous.NextWithSameKey;
            }

            if (previous is null)
            {
                return false;
            }

            previous.NextWithSameKey = entry.NextWithSameKey;
        }

        entry.NextWithSameKey = null;
        return true;
    }

    private static void Index<TKey>(Dictionary<TKey, HashSet<LedgerEntry>> index, TKey key, LedgerEntry entry)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out HashSet<LedgerEntry>? entries))
        {
            index[key] = entries = [];
        }

        entries.Add(entry);
    }

    private static void Unindex<TKey>(Dictionary<TKey, HashSet<LedgerEntry>> index, TKey key, LedgerEntry entry)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out HashSet<LedgerEntry>? entries) && entries.Remove(entry) && entries.Count == 0)
        {
            index.Remove(key);
        }
    }

    /// <summary>Ids of struct nexthop_grp entries, 8 bytes each.</summary>
    private static uint[] GroupMembers(ReadOnlySpan<byte> group)
    {
        const int entrySize = 8;
        uint[] members = group.IsEmpty ? [] : new uint[group.Length / entrySize];
        for (int i = 0; i < members.Length; i++)
        {
            members[i] = BinaryPrimitives.ReadUInt32LittleEndian(group[(i * entrySize)..]);
        }

        return members;
    }
}
