using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation.Nodes;
using NodeGuard.Sandbox.Simulation.Scheduling;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>Kubelets, scheduler and controllers of one cluster: sees each write, decides, writes.</summary>
/// <remarks>
/// <see cref="Start"/> runs it on a task of its own; a test that steps the clock calls <see cref="RunDue"/> instead.
/// </remarks>
public sealed class ClusterSimulation : IAsyncDisposable
{
    private static readonly TimeSpan RetryRefused = TimeSpan.FromSeconds(5);

    private readonly Cluster _cluster;
    private readonly ClusterView _view = new();
    private readonly Reconcilers _reconcilers;
    private readonly ClusterWriter _writer;
    private readonly WorkQueue<ObjectKey> _queue = new();
    private readonly HashSet<ObjectKey> _unscheduled = [];
    private readonly ConcurrentQueue<StoreEvent> _seen = new();
    private readonly Dictionary<string, Kind> _kinds;
    private readonly SimulationLoop _loop;
    private readonly Action<string> _say;

    /// <param name="cluster">Its built-in resources are there already.</param>
    /// <param name="settings">The kubelets' times.</param>
    /// <param name="say">Gets which object could not be decided about.</param>
    public ClusterSimulation(Cluster cluster, KubeletSettings? settings = null, Action<string>? say = null)
    {
        _cluster = cluster;
        _say = say ?? (static _ => { });
        _reconcilers = new Reconcilers(_view, settings ?? new KubeletSettings());
        _writer = new ClusterWriter(cluster);
        _kinds = Enum.GetValues<Kind>().ToDictionary(kind =>
            cluster.Resources.Get(kind.Group(), kind.ApiVersion().Split('/')[^1], kind.Plural()).StorageKey);
        _loop = new SimulationLoop(cluster.Clock, RunDue);
        cluster.Store.Committed += OnCommitted;
        foreach ((string resource, Kind kind) in _kinds)
        {
            foreach (StoredObject item in cluster.Store.Snapshot(resource).Objects())
            {
                Observe(kind, null, item.Value);
            }
        }
    }

    public void Start() => _loop.Start();

    /// <summary>Does all that is to do by now.</summary>
    /// <returns>How long until there is more to do without any change; null when there is nothing.</returns>
    public TimeSpan? RunDue()
    {
        while (true)
        {
            TakeSeen();
            if (!_queue.TryTake(_cluster.Clock.GetTimestamp(), out ObjectKey key))
            {
                break;
            }

            Decide(key);
        }

        return _queue.NextDue() is { } due
            ? TimeSpan.FromTicks(Math.Max(0, due - _cluster.Clock.GetTimestamp()))
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        _cluster.Store.Committed -= OnCommitted;
        await _loop.DisposeAsync();
    }

    // What one object says that no controller can make sense of must not stop all others.
    private void Decide(ObjectKey key)
    {
        try
        {
            Carry(key);
        }
        catch (Exception broken) when (broken is InvalidOperationException or FormatException or ArgumentException or NullReferenceException)
        {
            _say($"the simulation cannot handle {key.Kind} {key.Namespace}/{key.Name}: {broken}");
        }
    }

    private void Carry(ObjectKey key)
    {
        Outcome outcome = _reconcilers.Reconcile(key, _cluster.Clock.GetUtcNow());
        TimeSpan? again = outcome.Again;
        foreach (Change change in outcome.Changes)
        {
            if (_writer.Apply(change) is not null)
            {
                again = again < RetryRefused ? again : RetryRefused;
                break;
            }
        }

        if (again is { } pause)
        {
            _queue.AddAt(key, _cluster.Clock.GetTimestamp() + pause.Ticks);
        }
    }

    private void OnCommitted(StoreEvent entry)
    {
        if (_kinds.ContainsKey(entry.Resource))
        {
            _seen.Enqueue(entry);
            _loop.Wake();
        }
    }

    private void TakeSeen()
    {
        while (_seen.TryDequeue(out StoreEvent? entry))
        {
            Kind kind = _kinds[entry.Resource];
            bool deleted = entry.Type == StoreEventType.Deleted;
            Observe(kind, entry.Previous?.Value, deleted ? null : entry.Object.Value);
        }
    }

    private void Observe(Kind kind, JsonObject? before, JsonObject? after)
    {
        JsonObject item = (after ?? before)!;
        var key = ObjectKey.Of(kind, item);
        if (after is null)
        {
            _view.Remove(key);
            _reconcilers.Forget(item);
        }
        else
        {
            _view.Put(kind, after);
        }

        foreach (ObjectKey worth in Triggers.Of(_view, key, before, after))
        {
            _queue.Add(worth);
        }

        TrackUnscheduled(kind, key, before, after);
    }

    // Pods that found no place are tried again when room may have come.
    private void TrackUnscheduled(Kind kind, ObjectKey key, JsonObject? before, JsonObject? after)
    {
        if (kind == Kind.Pod && after is not null && Scheduler.IsWaiting(after))
        {
            _unscheduled.Add(key);
            return;
        }

        bool room = kind switch
        {
            Kind.Pod => after is null || PodState.IsFinished(after),
            Kind.Node => before is null || after is null || !Triggers.SameFitness(before, after),
            _ => false,
        };
        _unscheduled.Remove(key);
        if (room)
        {
            foreach (ObjectKey waiting in _unscheduled)
            {
                _queue.Add(waiting);
            }
        }
    }
}
