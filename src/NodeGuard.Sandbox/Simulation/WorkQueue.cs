namespace NodeGuard.Sandbox.Simulation;

/// <summary>Keys to reconcile now or later; a key is queued once, at the soonest of its times. One thread uses it.</summary>
internal sealed class WorkQueue
{
    private readonly Queue<ObjectKey> _ready = [];
    private readonly HashSet<ObjectKey> _queued = [];
    private readonly PriorityQueue<ObjectKey, long> _later = new();
    private readonly Dictionary<ObjectKey, long> _due = [];

    public void Add(ObjectKey key)
    {
        if (_queued.Add(key))
        {
            _ready.Enqueue(key);
        }
    }

    /// <param name="key">What to look at again.</param>
    /// <param name="timestamp">The clock's timestamp from which on it is ready.</param>
    public void AddAt(ObjectKey key, long timestamp)
    {
        if (!_due.TryGetValue(key, out long known) || timestamp < known)
        {
            _due[key] = timestamp;
            _later.Enqueue(key, timestamp);
        }
    }

    public bool TryTake(long timestamp, out ObjectKey key)
    {
        while (NextDue() is { } due && due <= timestamp)
        {
            ObjectKey ripe = _later.Dequeue();
            _due.Remove(ripe);
            Add(ripe);
        }

        return _ready.TryDequeue(out key) && _queued.Remove(key);
    }

    /// <summary>When the next delayed key is ready; null when there is none.</summary>
    public long? NextDue()
    {
        // A key that was put forward leaves its later entry behind.
        while (_later.TryPeek(out ObjectKey key, out long due))
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
