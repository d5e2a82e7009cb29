using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation.Nodes;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>Machine pools, the providers that keep them, and the agents of their nodes: sees each write, decides, writes.</summary>
/// <remarks>As with <see cref="ClusterSimulation"/>, a test that steps the clock calls <see cref="RunDue"/> instead of starting it.</remarks>
public sealed class MachineSimulation : IAsyncDisposable
{
    private readonly Lock _running = new();
    private readonly Cluster _cluster;
    private readonly ObjectWrites _writes;
    private readonly Agenda _agenda;
    private readonly MachineFleet _fleet;
    private readonly SimulatedAgents _agents;
    private readonly WebhookGroups _webhook;
    private readonly Dictionary<PoolProvider, MachineProvider> _providers;
    private readonly Dictionary<string, MachineResource> _watched = MachineResources.All.ToDictionary(resource => resource.StorageKey);
    private readonly ConcurrentQueue<StoreEvent> _seen = new();
    private readonly SimulationLoop _loop;
    private readonly Action<string> _say;

    /// <param name="cluster">It serves CustomResourceDefinitions already.</param>
    /// <param name="say">Gets which object could not be decided about.</param>
    public MachineSimulation(Cluster cluster, Action<string>? say = null)
    {
        _cluster = cluster;
        _say = say ?? (static _ => { });
        _writes = new ObjectWrites(cluster);
        _agenda = new Agenda(cluster.Clock);
        _fleet = new MachineFleet(_writes, _agenda) { ProviderOf = provider => _providers![provider] };
        _agents = new SimulatedAgents(_writes, _fleet, _agenda);
        _webhook = new WebhookGroups(_writes, _fleet, _agenda);
        _providers = new Dictionary<PoolProvider, MachineProvider>
        {
            [PoolProvider.None] = new UnmanagedMachines(_writes, _fleet, _agenda),
            [PoolProvider.Autoscaling] = new PlainGroups(_writes, _fleet, _agenda),
            [PoolProvider.ClusterApi] = new ClusterApi(_writes, _fleet, _agenda),
            [PoolProvider.Karpenter] = new Karpenter(_writes, _fleet, _agenda),
            [PoolProvider.Webhook] = _webhook,
            [PoolProvider.Resource] = new ManagedInstances(_writes, _fleet, _agenda),
        };
        _loop = new SimulationLoop(cluster.Clock, RunDue);
        cluster.AddAdmission(new RefusedDeletions(_writes));
        cluster.Store.Committed += OnCommitted;
        foreach (JsonObject node in _writes.All(MachineResources.Nodes))
        {
            _fleet.Adopt(node);
        }

        foreach (MachineResource resource in MachineResources.All)
        {
            foreach (StoredObject stored in cluster.Store.Snapshot(resource.StorageKey).Objects())
            {
                _agenda.Soon(new Matter(resource.StorageKey, stored.Key));
            }
        }
    }

    /// <summary>Makes a pool with its first nodes, unless there is one of its name already.</summary>
    public void AddPool(PoolSpec pool)
    {
        MachineDefinitions.AddPools(_writes);
        if (_writes.Get(MachineResources.Pools, pool.Name) is null && _writes.Create(MachineResources.Pools, pool.ToObject()) is null)
        {
            throw new InvalidOperationException($"the pool {pool.Name} cannot be made");
        }
    }

    public void Start() => _loop.Start();

    /// <summary>Does all that is to do by now.</summary>
    /// <returns>How long until there is more to do without any change; null when there is nothing.</returns>
    public TimeSpan? RunDue()
    {
        lock (_running)
        {
            while (true)
            {
                TakeSeen();
                if (!_agenda.TryTake(out Matter matter))
                {
                    return _agenda.NextDue();
                }

                Decide(matter);
            }
        }
    }

    internal WebhookAnswer Webhook(WebhookRequest request)
    {
        lock (_running)
        {
            TakeSeen();
            WebhookAnswer answer = _webhook.Post(request);
            _loop.Wake();
            return answer;
        }
    }

    internal WebhookAnswer WebhookState(string operation)
    {
        lock (_running)
        {
            return _webhook.Get(operation);
        }
    }

    /// <summary>What goes wrong with a request, and the key of its signature.</summary>
    internal (MachineFaults Faults, string Secret) WebhookOf(WebhookRequest request)
    {
        lock (_running)
        {
            return _webhook.MachineOf(request) is { } machine
                ? (_fleet.FaultsOf(machine), _fleet.Pool(machine.Pool)?.Secret ?? "")
                : (MachineFaults.None, "");
        }
    }

    internal MachineFaults WebhookFaults(string operation)
    {
        lock (_running)
        {
            return _webhook.MachineOf(operation) is { } machine ? _fleet.FaultsOf(machine) : MachineFaults.None;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _cluster.Store.Committed -= OnCommitted;
        await _loop.DisposeAsync();
    }

    // What one object says that no provider can make sense of must not stop all others.
    private void Decide(Matter matter)
    {
        try
        {
            if (Reconcile(matter) is { } again)
            {
                _agenda.After(matter, again);
            }
        }
        catch (Exception broken) when (broken is InvalidOperationException or FormatException or ArgumentException or NullReferenceException)
        {
            _say($"the providers cannot handle {matter.Resource} {matter.Key}: {broken}");
        }
    }

    private TimeSpan? Reconcile(Matter matter)
    {
        if (matter.Resource.Length == 0)
        {
            return _fleet.Machines.ById(matter.Key) is { } machine ? _fleet.Advance(machine) : null;
        }

        if (matter.Resource == MachineResources.Pools.StorageKey)
        {
            KeepPool(matter.Key);
            return null;
        }

        if (matter.Resource == MachineResources.GuardedNodes.StorageKey)
        {
            return _agents.Reconcile(matter.Key);
        }

        TimeSpan? again = null;
        foreach (MachineProvider provider in _providers.Values)
        {
            again = provider.Reconcile(matter) is { } next && !(again <= next) ? next : again;
        }

        return again;
    }

    private void KeepPool(string name)
    {
        if (_writes.Get(MachineResources.Pools, name) is not { } item || _fleet.Pool(name) is not { } pool)
        {
            return;
        }

        MachineProvider provider = _providers[pool.Provider];
        if (!item.Flag("status", "started"))
        {
            MachineDefinitions.Add(_writes, pool.Provider);
            provider.Begin(pool, Ages(pool));
            _writes.Edit(MachineResources.Pools, name, started => started.Ensure("status")["started"] = true);
        }

        provider.Keep(pool);
    }

    private static IEnumerable<TimeSpan> Ages(PoolSpec pool) =>
        Enumerable.Range(0, pool.Count).Select(i => pool.Birth / pool.Count * i);

    private void OnCommitted(StoreEvent entry)
    {
        if (_watched.ContainsKey(entry.Resource))
        {
            _seen.Enqueue(entry);
            _loop.Wake();
        }
    }

    private void TakeSeen()
    {
        while (_seen.TryDequeue(out StoreEvent? entry))
        {
            if (entry.Resource == MachineResources.Nodes.StorageKey)
            {
                SeeNode(entry);
                continue;
            }

            _agenda.Soon(new Matter(entry.Resource, entry.Object.Key));
            if (entry.Resource == MachineResources.Pools.StorageKey)
            {
                foreach (Machine machine in _fleet.Machines.OfPool(entry.Object.Key))
                {
                    _agenda.Soon(Matter.Of(machine));
                    _agenda.Soon(Matter.Of(MachineResources.GuardedNodes, machine.NodeName));
                }
            }

            if (entry.Object.Value.Controller() is { } owner
                && MachineResources.All.FirstOrDefault(resource => resource.Kind == owner.Text("kind")) is { } kind)
            {
                _agenda.Soon(Matter.Of(kind, owner.Text("name")));
            }
        }
    }

    private void SeeNode(StoreEvent entry)
    {
        JsonObject node = entry.Object.Value;
        if (_fleet.Machines.ByNode(node.Name()) is not { } machine || machine.NodeUid != node.Uid())
        {
            return;
        }

        if (entry.Type == StoreEventType.Deleted)
        {
            if (machine.IsActive && _fleet.Pool(machine.Pool) is { } pool)
            {
                machine.NodeUid = "";
                _providers[pool.Provider].NodeGone(machine);
            }

            return;
        }

        if (node.IsDeleting())
        {
            _agenda.Soon(Matter.Of(MachineResources.Nodes, node.Name()));
        }

        // One that is empty is not one that is missing: it ends what the machine has from its predecessor's node.
        JsonNode? faults = FaultsOf(node);
        if (entry.Previous is { } before && !JsonNode.DeepEquals(faults, FaultsOf(before.Value)))
        {
            if (faults is not null && faults.Text().Length == 0)
            {
                machine.Inherited = MachineFaults.None;
            }

            _agenda.Soon(Matter.Of(machine));
            _agenda.Soon(Matter.Of(MachineResources.GuardedNodes, node.Name()));
        }
    }

    private static JsonNode? FaultsOf(JsonObject node) => node.At("metadata", "annotations", SandboxAnnotations.Faults);
}
