namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>The machines by what they are asked for.</summary>
internal sealed class MachineIndex
{
    private readonly Dictionary<string, Machine> _byId = [];
    private readonly Dictionary<string, Machine> _byNode = [];
    private readonly Dictionary<(string Pool, string Claim), Machine> _byClaim = [];
    private readonly Dictionary<string, Dictionary<string, Machine>> _byPool = [];
    private readonly Dictionary<(string Pool, string Zone), int> _active = [];

    public Machine? ById(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The machine whose node has the name; while one ends and its successor of the same name boots, the successor.</summary>
    public Machine? ByNode(string name) => _byNode.GetValueOrDefault(name);

    public Machine? ByClaim(string pool, string claim) => _byClaim.GetValueOrDefault((pool, claim));

    public IEnumerable<Machine> OfPool(string pool) => _byPool.TryGetValue(pool, out var machines) ? machines.Values : [];

    public void Add(Machine machine)
    {
        _byId[machine.Id] = machine;
        _byNode[machine.NodeName] = machine;
        if (machine.Claim.Length > 0)
        {
            _byClaim[(machine.Pool, machine.Claim)] = machine;
        }

        (_byPool.TryGetValue(machine.Pool, out var all) ? all : _byPool[machine.Pool] = [])[machine.Id] = machine;
        Count(machine, 1);
    }

    /// <summary>It counts in its pool no more.</summary>
    public void Leave(Machine machine) => Count(machine, -1);

    public void Remove(Machine machine)
    {
        _byId.Remove(machine.Id);
        _byPool[machine.Pool].Remove(machine.Id);
        if (ByNode(machine.NodeName) == machine)
        {
            _byNode.Remove(machine.NodeName);
        }

        if (machine.Claim.Length > 0 && ByClaim(machine.Pool, machine.Claim) == machine)
        {
            _byClaim.Remove((machine.Pool, machine.Claim));
        }
    }

    public int Active(string pool) => _active.Where(count => count.Key.Pool == pool).Sum(count => count.Value);

    /// <summary>Where the pool has fewest machines; the first of several.</summary>
    public string LeastUsed(string pool, IReadOnlyList<string> zones) =>
        zones.MinBy(zone => _active.GetValueOrDefault((pool, zone))) ?? "a";

    private void Count(Machine machine, int by) =>
        _active[(machine.Pool, machine.Zone)] = _active.GetValueOrDefault((machine.Pool, machine.Zone)) + by;
}
