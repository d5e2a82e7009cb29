using System.Collections.Concurrent;

namespace NodeGuard.Sandbox.Store;

/// <summary>
/// The last writes of one resource, in a ring. Watchers read it at their own pace and are not buffered for: one that
/// is overtaken by the ring has lost its place. One writer at a time (the store's lock); readers take no lock.
/// </summary>
internal sealed class EventLog(int capacity)
{
    // How far a reader of one namespace may fall behind before it is woken for others' writes: else the ring overtakes it.
    private const int WokenFor = 256;

    private readonly ConcurrentDictionary<string, Signal> _ofNamespaces = new(StringComparer.Ordinal);
    private readonly Signal _ofAll = new();
    private readonly StoreEvent?[] _ring = new StoreEvent?[capacity];
    private long _first;
    private long _next;
    private long _compacted;

    public long Next => Volatile.Read(ref _next);

    public void Append(StoreEvent entry)
    {
        long next = _next;
        ref StoreEvent? slot = ref _ring[next % capacity];
        if (slot is not null)
        {
            Volatile.Write(ref _compacted, Math.Max(_compacted, slot.Revision));
            Volatile.Write(ref _first, Math.Max(_first, next - capacity + 1));
        }

        Volatile.Write(ref slot, entry);
        Volatile.Write(ref _next, next + 1);
        _ofAll.Wake();
        if ((next + 1) % Math.Min(WokenFor, Math.Max(1, capacity / 4)) == 0)
            WakeNamespaces();
        else if (!_ofNamespaces.IsEmpty && SignalOf(entry.Object.Key) is { } signal)
            signal.Wake();
    }

    /// <summary>Forgets what is at or before a revision, as etcd's compaction does.</summary>
    public void Compact(long revision)
    {
        long first = _first;
        while (first < _next && _ring[first % capacity]!.Revision <= revision)
            first++;
        Volatile.Write(ref _compacted, Math.Max(_compacted, revision));
        Volatile.Write(ref _first, first);
        _ofAll.Wake();
        WakeNamespaces();
    }

    /// <summary>The place behind a revision; null when what followed it is partly forgotten.</summary>
    public long? PlaceAfter(long revision)
    {
        while (true)
        {
            long low = Volatile.Read(ref _first);
            long high = Volatile.Read(ref _next);
            if (revision < Volatile.Read(ref _compacted))
                return null;
            while (low < high)
            {
                long middle = low + ((high - low) / 2);
                if (Volatile.Read(ref _ring[middle % capacity])!.Revision <= revision)
                    low = middle + 1;
                else
                    high = middle;
            }

            // The ring may have turned under the search; then it has found nonsense.
            if (low >= Volatile.Read(ref _first) && revision >= Volatile.Read(ref _compacted))
                return low;
        }
    }

    /// <summary>Copies what follows a place; how many, or -1 when the ring has overtaken it.</summary>
    public int Read(long place, Span<StoreEvent> into)
    {
        int count = (int)Math.Min(Volatile.Read(ref _next) - place, into.Length);
        for (int i = 0; i < count; i++)
            into[i] = Volatile.Read(ref _ring[(place + i) % capacity])!;
        Interlocked.MemoryBarrier();
        return place < Volatile.Read(ref _first) ? -1 : count;
    }

    /// <summary>Done when there is something behind a place; of a namespace, or sometimes of others, where one is named.</summary>
    public Task Changed(long place, string @namespace = "")
    {
        Signal signal = @namespace.Length == 0 ? _ofAll : _ofNamespaces.GetOrAdd(@namespace, static _ => new Signal());
        Task next = signal.Next();
        return Next > place || Volatile.Read(ref _first) > place ? Task.CompletedTask : next;
    }

    private Signal? SignalOf(string key)
    {
        int end = key.IndexOf('/', StringComparison.Ordinal);
        return end > 0 && _ofNamespaces.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key.AsSpan(0, end), out Signal? signal)
            ? signal
            : null;
    }

    private void WakeNamespaces()
    {
        foreach (KeyValuePair<string, Signal> named in _ofNamespaces)
            named.Value.Wake();
    }

    private sealed class Signal
    {
        private int _awaited;
        private TaskCompletionSource _source = NewSource();

        public Task Next()
        {
            Interlocked.Exchange(ref _awaited, 1);
            return Volatile.Read(ref _source).Task;
        }

        public void Wake()
        {
            if (Interlocked.Exchange(ref _awaited, 0) == 1)
                Interlocked.Exchange(ref _source, NewSource()).SetResult();
        }

        private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
