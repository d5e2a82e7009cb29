namespace NodeGuard.Core.Draining.Preflight;

/// <summary>
/// Where the evicted pods could run again. Coarse: requests, nodeSelector, required node affinity, taints and the
/// volumes' own nodes; each pod alone, then all together, largest first.
/// </summary>
internal sealed class PlacementCheck
{
    public const string Coarse =
        "The placement check is coarse: it looks at requests, node selectors, required node affinity, taints and volume placement; "
        + "not at pod affinity, topology spread, host ports, quotas, preemption or what an autoscaler would add.";

    private const string PodCount = "pods";
    private readonly PreflightInput _input;
    private readonly OwnerDirectory _owners;
    private readonly List<Room> _rooms;

    public PlacementCheck(PreflightInput input, OwnerDirectory owners)
    {
        _input = input;
        _owners = owners;
        _rooms = Rooms(input);
    }

    private sealed class Room(PreflightNode node, Dictionary<string, decimal> free)
    {
        public PreflightNode Node { get; } = node;

        public Room Copy() => new(Node, new Dictionary<string, decimal>(free));

        public bool Holds(PreflightPod pod) => Lacking(pod) is null;

        /// <summary>The first resource that does not suffice; null when the pod fits.</summary>
        public string? Lacking(PreflightPod pod)
        {
            if (Free(PodCount) < 1)
                return PodCount;
            foreach (var (resource, amount) in pod.Requests.OrderBy(static request => request.Key, StringComparer.Ordinal))
            {
                if (amount > 0 && amount > Free(resource))
                    return resource;
            }

            return null;
        }

        public void Take(PreflightPod pod)
        {
            foreach (var (resource, amount) in pod.Requests)
                free[resource] = Free(resource) - amount;
            free[PodCount] = Free(PodCount) - 1;
        }

        private decimal Free(string resource) => free.GetValueOrDefault(resource);
    }

    public IEnumerable<PreflightFinding> Find(IReadOnlySet<string> drained, IReadOnlyList<PreflightPod> evicted)
    {
        var rooms = _rooms.Where(room => !drained.Contains(room.Node.Name)).ToList();
        var placeable = new List<PreflightPod>();
        foreach (var pod in evicted.Where(NeedsPlace))
        {
            if (rooms.Any(room => Fits(room, pod)))
                placeable.Add(pod);
            else
                yield return Nowhere(pod, rooms);
        }

        foreach (var pod in LeftOver(rooms, placeable))
        {
            yield return new PreflightFinding(
                PreflightSeverity.Warning, PreflightCheck.FitsNotTogether, [pod.NodeName], [$"Pod {pod.FullName}"],
                "would fit on another node alone, but not together with the other pods that must move",
                "add a node first, or drain fewer nodes at once", _owners.Of(pod));
        }
    }

    private static bool NeedsPlace(PreflightPod pod) => !pod.Finished && !pod.Terminating && pod.Controller is not null;

    private static bool KeepsAway(NodeTaint taint, PreflightPod pod) =>
        taint.Effect is "NoSchedule" or "NoExecute" && !pod.Tolerations.Any(toleration => toleration.Tolerates(taint));

    private static List<Room> Rooms(PreflightInput input)
    {
        var byNode = input.Pods.Where(static pod => !pod.Finished && pod.NodeName.Length > 0).ToLookup(static pod => pod.NodeName);
        var rooms = new List<Room>();
        foreach (var node in input.Nodes.Where(static node => node is { Unschedulable: false, Ready: true }))
        {
            var room = new Room(node, new Dictionary<string, decimal>(node.Allocatable));
            foreach (var pod in byNode[node.Name])
                room.Take(pod);
            rooms.Add(room);
        }

        return rooms;
    }

    private bool Fits(Room room, PreflightPod pod) => room.Holds(pod) && Refusal(room.Node, pod) is null;

    private string? Refusal(PreflightNode node, PreflightPod pod)
    {
        if (node.Taints.FirstOrDefault(taint => KeepsAway(taint, pod)) is { } taint)
            return $"taint {taint.Key} not tolerated";
        if (pod.Selection is { } selection && !selection.Accepts(node))
            return "not selected by its node selector or affinity";
        return pod.Claims.All(claim => !_input.ClaimPlacement.TryGetValue($"{pod.Namespace}/{claim}", out var place) || place.Accepts(node))
            ? null
            : "out of its volume's reach";
    }

    private PreflightFinding Nowhere(PreflightPod pod, IReadOnlyList<Room> rooms)
    {
        var reasons = rooms
            .Select(room => Refusal(room.Node, pod) ?? $"too little {room.Lacking(pod)}")
            .GroupBy(static reason => reason)
            .OrderByDescending(static same => same.Count()).ThenBy(static same => same.Key, StringComparer.Ordinal)
            .Select(static same => $"{same.Count()} {same.Key}");
        var found = rooms.Count == 0
            ? "has nowhere to go: no other node is ready and schedulable"
            : $"fits on none of the {rooms.Count} other schedulable nodes: {string.Join(", ", reasons)}";
        return new PreflightFinding(
            PreflightSeverity.Warning, PreflightCheck.FitsNowhere, [pod.NodeName], [$"Pod {pod.FullName}"], found,
            "add a node that it fits on, or widen what it asks for; until then it stays Pending after the drain", _owners.Of(pod));
    }

    // Largest first, each on the first node that takes it: what is left over then may still fit in a cleverer order.
    private IEnumerable<PreflightPod> LeftOver(List<Room> rooms, List<PreflightPod> pods)
    {
        var copied = new HashSet<int>();
        foreach (var pod in pods
            .OrderByDescending(static pod => pod.Requests.GetValueOrDefault("memory"))
            .ThenByDescending(static pod => pod.Requests.GetValueOrDefault("cpu"))
            .ThenBy(static pod => pod.FullName, StringComparer.Ordinal))
        {
            var index = rooms.FindIndex(room => Fits(room, pod));
            if (index < 0)
            {
                yield return pod;
                continue;
            }

            // The rooms are shared by the examinations of all nodes.
            if (copied.Add(index))
                rooms[index] = rooms[index].Copy();
            rooms[index].Take(pod);
        }
    }
}
