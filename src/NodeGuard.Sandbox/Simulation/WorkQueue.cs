using System.Diagnostics.CodeAnalysis;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>Keys to reconcile now or later; a key is queued once, at the soonest of its times. One thread uses it.</summary>
internal sealed class WorkQueue<TKey>
    where TKey : notnull
{
    private readonly Queue<TKey> _ready = [];
    private readonly HashSet<TKey> _queued = [];
    private readonly PriorityQueue<TKey, long> _later = new();
    private readonly Dictionary<TKey, long> _due = [];

    public void Add(TKey key)
    {
        if (_queued.Add(key))
        {
            _ready.Enqueue(key);
        }
    }

    /// <param name="key">What to look at again.</param>
    /// <param name="timestamp">The clock's timestamp from which on it is ready.</param>
    public void AddAt(TKey key, long timestamp)
    {
        if (!_due.TryGetValue(key, out long known) || timestamp < known)
        {
            _due[key] = timestamp;
            _later.Enqueue(key, timestamp);
        }
    }

    public bool TryTake(long timestamp, [MaybeNullWhen(false)] out TKey key)
    {
        while (NextDue() is { } due && due <= timestamp)
        {
            TKey ripe = _later.Dequeue();
            _due.Remove(ripe);
            Add(ripe);
        }

        return _ready.TryDequeue(out key) && _queued.Remove(key);
    }

    /// <summary>When the next delayed key is ready; null when there is none.</summary>
    public long? NextDue()
    {
        // A key that was put forward leaves its later entry behind.
        while (_later.TryPeek(out TKey? key, out long due))
        {
            if (_due.TryGetValue(key, out long current) && current == due)
            {
                return due;
            }

            _later.Dequeue();
        }

        return null;
    }
}
