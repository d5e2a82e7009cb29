using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>All pools' machines, as their cloud knows them: it boots them, reboots them, ends them. One thread uses it.</summary>
internal sealed class MachineFleet(ObjectWrites writes, Agenda agenda)
{
    private static readonly TimeSpan NameTaken = TimeSpan.FromSeconds(1);

    private readonly MachineIndex _machines = new();
    private readonly Dictionary<string, Queue<string>> _freeNames = [];
    private readonly Dictionary<string, Queue<MachineFaults>> _inherited = [];
    private readonly Dictionary<string, int> _numbers = [];
    private readonly Dictionary<string, (JsonObject Object, PoolSpec Spec, MachineFaults Faults)> _pools = [];
    private int _ids;

    /// <summary>Who looks after a pool.</summary>
    public required Func<PoolProvider, MachineProvider> ProviderOf { get; init; }

    public MachineIndex Machines => _machines;

    public PoolSpec? Pool(string name) => Known(name)?.Spec;

    /// <summary>What goes wrong with a machine now.</summary>
    public MachineFaults FaultsOf(Machine machine)
    {
        MachineFaults pool = Known(machine.Pool)?.Faults ?? MachineFaults.None;
        return pool.With(machine.Inherited).With(FaultsOfNode(machine));
    }

    public MachineFaults FaultsOfPool(string pool) => Known(pool)?.Faults ?? MachineFaults.None;

    /// <param name="pool">Where it belongs.</param>
    /// <param name="claim">The provider's object that stands for it.</param>
    /// <param name="age">It runs already, and its node is so old.</param>
    /// <param name="follows">The machine that it takes the place of, where that is still there.</param>
    public Machine Launch(PoolSpec pool, string claim = "", TimeSpan? age = null, Machine? follows = null)
    {
        MachineFaults inherited = age is not null ? MachineFaults.None : Inherit(pool.Name, follows);
        MachineFaults faults = (Known(pool.Name)?.Faults ?? MachineFaults.None).With(inherited);
        var machine = new Machine
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"i-{++_ids:x6}"),
            Pool = pool.Name,
            Zone = _machines.LeastUsed(pool.Name, pool.Zones),
            Image = age is null && faults.Has(MachineFaults.WrongImage) ? faults.Value(MachineFaults.WrongImage, "debian-wrong") : pool.Image,
            Claim = claim,
            Inherited = inherited,
            Installed = pool.Archive(),
            BootId = MadeUp.Uid(writes.Cluster.Chance),
            NodeName = NextName(pool, age is null && (pool.SameName || faults.Has(MachineFaults.SameName))),
        };
        machine.Enter(MachineState.Booting, agenda.Now);
        _machines.Add(machine);
        if (age is { } old)
        {
            Join(machine, pool, faults, old);
        }

        agenda.Soon(Matter.Of(machine));
        return machine;
    }

    /// <summary>Ends a machine: its kubelet is silent from now on.</summary>
    public void Terminate(Machine machine)
    {
        if (!machine.IsActive)
        {
            return;
        }

        if (!machine.Followed)
        {
            Queue(_inherited, machine.Pool).Enqueue(FaultsOfNode(machine).ForSuccessor());
            Queue(_freeNames, machine.Pool).Enqueue(machine.NodeName);
        }

        _machines.Leave(machine);
        Enter(machine, MachineState.Stopping);
        EditNode(machine, node => node.Ensure("metadata", "annotations")[SandboxAnnotations.Kubelet] = "gone");
    }

    /// <param name="machine">One that is up.</param>
    /// <param name="operation">What for.</param>
    /// <param name="keepsKernel">Userspace alone is started anew, and the boot stays what it is.</param>
    public void Reboot(Machine machine, string operation, bool keepsKernel)
    {
        (machine.RebootedFor, machine.KeepsKernel) = (operation, keepsKernel);
        Enter(machine, MachineState.Rebooting);
        EditNode(machine, node => SetReady(node, false));
    }

    /// <summary>Does what a machine's time has come for.</summary>
    /// <returns>When to look again.</returns>
    public TimeSpan? Advance(Machine machine)
    {
        if (Pool(machine.Pool) is not { } pool)
        {
            return null;
        }

        MachineFaults faults = FaultsOf(machine);
        TimeSpan spent = agenda.Now - machine.Since;
        TimeSpan boot = pool.Boot * faults.Factor(MachineFaults.SlowBoot, 10);
        return machine.State switch
        {
            MachineState.Booting when faults.Has(MachineFaults.NeverComes) => null,
            MachineState.Booting => spent < boot ? boot - spent : Join(machine, pool, faults, null),
            MachineState.Joining when faults.Has(MachineFaults.NeverReady) => null,
            MachineState.Joining => spent < pool.Ready ? pool.Ready - spent : Run(machine),
            MachineState.Running => Flap(machine, faults, spent),
            MachineState.Rebooting when faults.Has(MachineFaults.RebootNeverEnds) => null,
            MachineState.Rebooting => spent < boot ? boot - spent : Return(machine),
            MachineState.Stopping => spent < pool.Stop ? pool.Stop - spent : End(machine),
            _ => null,
        };
    }

    /// <summary>Knows a machine again by its Node, after a restart of the sandbox.</summary>
    public void Adopt(JsonObject node)
    {
        string[] id = node.Text("spec", "providerID").Split('/');
        string pool = node.Text("metadata", "labels", SandboxAnnotations.Pool);
        if (id is not [_, _, var zone, var name] || Pool(pool) is null || _machines.ByNode(node.Name()) is not null)
        {
            return;
        }

        var machine = new Machine
        {
            Id = name,
            Pool = pool,
            Zone = zone,
            Image = node.Text("status", "nodeInfo", "osImage"),
            Claim = node.Annotation(MachineNode.Claim),
            NodeName = node.Name(),
            NodeUid = node.Uid(),
            BootId = node.Text("status", "nodeInfo", "bootID"),
            Up = agenda.Now,
        };
        machine.Enter(node.Annotation(SandboxAnnotations.Ready) == "false" ? MachineState.Joining : MachineState.Running, agenda.Now);
        _machines.Add(machine);
        _ids = Math.Max(_ids, int.TryParse(name.AsSpan(Math.Min(2, name.Length)), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int known) ? known : 0);
        int number = int.TryParse(machine.NodeName.AsSpan(machine.NodeName.LastIndexOf('-') + 1), out int last) ? last : 0;
        _numbers[pool] = Math.Max(_numbers.GetValueOrDefault(pool), number);
        agenda.Soon(Matter.Of(machine));
    }

    private MachineFaults Inherit(string pool, Machine? follows)
    {
        if (follows is { IsActive: true })
        {
            follows.Followed = true;
            return FaultsOfNode(follows).ForSuccessor();
        }

        return Queue(_inherited, pool).TryDequeue(out MachineFaults? next) ? next : MachineFaults.None;
    }

    private MachineFaults FaultsOfNode(Machine machine) =>
        machine.NodeUid.Length > 0 && writes.Get(MachineResources.Nodes, machine.NodeName) is { } node && node.Uid() == machine.NodeUid
            ? machine.OwnFaults = MachineFaults.Parse(node.Annotation(SandboxAnnotations.Faults))
            : machine.OwnFaults;

    private TimeSpan? Join(Machine machine, PoolSpec pool, MachineFaults faults, TimeSpan? age)
    {
        bool ready = age is not null || (pool.Ready == TimeSpan.Zero && !faults.Has(MachineFaults.NeverReady));
        JsonObject node = MachineNode.Of(machine, pool, ready, agenda.Now);
        ProviderOf(pool.Provider).Dress(machine, node);
        JsonObject? made = age is { } old
            ? writes.Plant(MachineResources.Nodes, node, agenda.Now - old)
            : writes.Create(MachineResources.Nodes, node);
        if (made is null)
        {
            return NameTaken;
        }

        machine.NodeUid = made.Uid();
        machine.Up = agenda.Now;
        Enter(machine, ready ? MachineState.Running : MachineState.Joining);
        return null;
    }

    private TimeSpan? Run(Machine machine)
    {
        EditNode(machine, node => SetReady(node, true));
        Enter(machine, MachineState.Running);
        return null;
    }

    private TimeSpan? Return(Machine machine)
    {
        machine.BootId = machine.KeepsKernel ? machine.BootId : MadeUp.Uid(writes.Cluster.Chance);
        machine.Up = agenda.Now;
        EditNode(machine, node => node.Ensure("status", "nodeInfo")["bootID"] = machine.BootId);
        Enter(machine, MachineState.Joining);
        return null;
    }

    private TimeSpan? End(Machine machine)
    {
        _machines.Remove(machine);
        Enter(machine, MachineState.Gone);
        if (writes.Get(MachineResources.Nodes, machine.NodeName) is { } node && node.Uid() == machine.NodeUid)
        {
            writes.Delete(MachineResources.Nodes, node);
        }

        return null;
    }

    // In the first half of each period it is ready.
    private TimeSpan? Flap(Machine machine, MachineFaults faults, TimeSpan spent)
    {
        bool flaps = faults.Has(MachineFaults.Flapping);
        if (!flaps && !machine.Flapped)
        {
            return null;
        }

        TimeSpan half = faults.Time(MachineFaults.Flapping, TimeSpan.FromSeconds(30));
        bool ready = !flaps || spent.Ticks / half.Ticks % 2 == 0;
        EditNode(machine, node => SetReady(node, ready));
        machine.Flapped = flaps;
        return flaps ? TimeSpan.FromTicks(half.Ticks - (spent.Ticks % half.Ticks)) : null;
    }

    private void Enter(Machine machine, MachineState state)
    {
        machine.Enter(state, agenda.Now);
        agenda.Soon(Matter.Of(machine));
        agenda.Soon(Matter.Of(MachineResources.Pools, machine.Pool));
        if (Pool(machine.Pool) is { } pool)
        {
            ProviderOf(pool.Provider).Changed(machine);
            if (pool.Agents && machine.NodeName.Length > 0)
            {
                agenda.Soon(Matter.Of(MachineResources.GuardedNodes, machine.NodeName));
            }
        }
    }

    private void EditNode(Machine machine, Action<JsonObject> edit)
    {
        if (machine.NodeUid.Length > 0)
        {
            writes.Edit(MachineResources.Nodes, machine.NodeName, node =>
            {
                if (node.Uid() == machine.NodeUid)
                {
                    edit(node);
                }
            });
        }
    }

    private static void SetReady(JsonObject node, bool ready)
    {
        JsonObject annotations = node.Ensure("metadata", "annotations");
        annotations.Remove(SandboxAnnotations.Ready);
        if (!ready)
        {
            annotations[SandboxAnnotations.Ready] = "false";
        }
    }

    private string NextName(PoolSpec pool, bool reuse)
    {
        if (reuse && _freeNames.TryGetValue(pool.Name, out Queue<string>? free) && free.TryDequeue(out string? name))
        {
            return name;
        }

        int number = _numbers[pool.Name] = _numbers.GetValueOrDefault(pool.Name) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{pool.Name}-{number:0000}");
    }

    private (JsonObject Object, PoolSpec Spec, MachineFaults Faults)? Known(string name)
    {
        if (writes.Get(MachineResources.Pools, name) is not { } pool)
        {
            return null;
        }

        if (!_pools.TryGetValue(name, out var known) || !ReferenceEquals(known.Object, pool))
        {
            _pools[name] = known = (pool, PoolSpec.Of(pool), MachineFaults.Parse(pool.Annotation(SandboxAnnotations.Faults)));
        }

        return known;
    }

    private static Queue<T> Queue<T>(Dictionary<string, Queue<T>> queues, string pool) =>
        queues.TryGetValue(pool, out Queue<T>? queue) ? queue : queues[pool] = new Queue<T>();
}
