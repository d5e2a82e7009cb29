using System.Text.Json.Nodes;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;
using static NodeGuard.Controller.Tests.Histories.JudgedObjects;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>
/// Invariants 5 to 9 and 11 of the design, judged at each write by nothing but what the server has. The judge knows what persons
/// did, and never asks a controller.
/// </summary>
internal sealed class Laws
{
    /// <summary>What broke by itself shortly before cannot have been known to those who decided.</summary>
    private static readonly TimeSpan Unknowable = TimeSpan.FromSeconds(90);

    private readonly VirtualServer _server;
    private readonly History _history;
    private readonly Dictionary<string, DateTimeOffset> _away = [];
    private readonly HashSet<string> _adminCordoned = [];
    private readonly HashSet<string> _everReady = [];
    private readonly Dictionary<string, HashSet<string>> _askedBy = [];
    private readonly Dictionary<string, string> _updatedBy = [];
    private readonly Dictionary<string, string> _triedBy = [];
    private readonly Dictionary<string, string[]> _versionsOf = [];
    private readonly HashSet<string> _proven = [];
    private readonly Dictionary<string, string> _ended = [];
    private readonly Dictionary<string, (DateTimeOffset At, JsonObject Recycle)> _removed = [];
    private readonly Queue<(DateTimeOffset Until, int Budget)> _budgets = new();
    private DateTimeOffset _missingByOthersUntil;
    private int _givenUp;
    private bool _policyGone;
    private bool _sabotaged;

    public Laws(VirtualServer server, History history)
    {
        _server = server;
        _history = history;
        Budget = history.Judged ?? history.MaxUnavailable;
        foreach (StoredObject node in server.Cluster.Store.Snapshot("nodes").Objects())
            _everReady.Add(Uid(node.Value));
        server.Cluster.Store.Committed += OnCommitted;
    }

    /// <summary>The first law that was broken, and how; null while all hold.</summary>
    public string? Broken { get; private set; }

    /// <summary>How many may be unavailable, as the policy says now.</summary>
    public int Budget { get; private set; }

    public IReadOnlyList<string> Nodes => [.. All("nodes").Select(Name)];

    public IReadOnlyList<string> ActiveRecycles => [.. All(Recycles).Where(static recycle => !IsFinal(recycle)).Select(Name)];

    /// <summary>Nodes on which nothing is pending, as their agents tell.</summary>
    public int UpToDate => All("guardednodes." + FleetKeys.Group).Count(static guarded => guarded.Number("status", "updates", "pending") == 0);

    /// <summary>There are pods that can be kept from going.</summary>
    public bool CanBlock => _history.Pods > 0 && Find("poddisruptionbudgets.policy", "default/stay") is null;

    private const string Recycles = "noderecycles." + FleetKeys.Group;

    private DateTimeOffset Now => _server.Clock.GetUtcNow();

    private int Missing => Math.Max(0, _history.Nodes - All("nodes").Count());

    public void AdminCordons(string node)
    {
        if (Find("nodes", node) is { } found && found.Flag("spec", "unschedulable") != true)
            _adminCordoned.Add(Uid(found));
    }

    public void AdminUncordons(string node)
    {
        if (Find("nodes", node) is { } found)
            _adminCordoned.Remove(Uid(found));
    }

    public IReadOnlyList<string> AdminCordoned => [.. All("nodes").Where(node => _adminCordoned.Contains(Uid(node))).Select(Name)];

    public void AdminDeletes(string node) => _missingByOthersUntil = Now + TimeSpan.FromHours(1);

    public void BudgetBecomes(int budget)
    {
        _budgets.Enqueue((Now + Unknowable, Budget));
        Budget = budget;
    }

    public void PolicyGoes() => _policyGone = true;

    /// <summary>Whoever lifts a freeze has seen which machines are gone with nobody in their place, and that the rest may go on without them.</summary>
    public void FreezeLifted()
    {
        HashSet<string> there = [.. All("nodes").Select(Uid)];
        int underWay = All(Recycles).Count(recycle => !IsFinal(recycle) && recycle.Text("status", "node", "uid") is { } uid && !there.Contains(uid)
            && !there.Contains(recycle.Text("status", "replacement", "successor", "uid") ?? ""));
        _givenUp = Math.Max(0, Missing - underWay);
    }

    /// <summary>A recycle whose finalizer a person took away may leave its machine missing with nobody to count it.</summary>
    public void Removed(string name)
    {
        if (Find(Recycles, name) is not { } recycle)
            return;
        _removed[Uid(recycle)] = (Now, recycle);
        _sabotaged |= (recycle.Text("status", "replacement", "requestedAt") ?? recycle.Text("status", "replacement", "surgedAt")) is not null;
    }

    /// <summary>Invariant 6, where something is asked of a machine.</summary>
    public void Asked(string plural, string name)
    {
        if (plural is not ("nodes" or "machines" or "nodeclaims" or "instances") || NodeOf(plural, name) is not { } node)
            return;
        AskedOf(node, $"{plural} {name}");
    }

    /// <summary>Everything has come to its end, or waits for room that nobody gives.</summary>
    public bool IsQuiet() =>
        All(Recycles).All(recycle => IsOver(recycle) || (IsWaiting(recycle) && !HasRoom())) && Slots().All(IsKeptForGood);

    /// <summary>How the recycles of persons ended, by their order.</summary>
    public string Outcome() => string.Join(", ", _ended.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key} {pair.Value}"));

    /// <summary>Invariants 8 and 9: nothing of ours is left, and nothing is stuck.</summary>
    public void AtTheEnd(bool quiet)
    {
        if (!quiet)
            Break(8, $"not all came to an end: {string.Join(", ", All(Recycles).Where(static recycle => !IsOver(recycle)).Select(Told))}; slots: {string.Join(", ", Slots().Select(static slot => slot.ToJsonString()))}; away: {string.Join(", ", All("nodes").Where(IsAway).Select(Name))}");
        foreach (JsonObject node in All("nodes"))
        {
            if (MarkOf(node) is { } mark)
                Break(8, $"node {Name(node)} still has the mark {mark}: {node["spec"]!.ToJsonString()}");
        }

        foreach (JsonObject deployment in All("machinedeployments.cluster.x-k8s.io"))
            ReplicasAreAsBefore(deployment);

        if (_server.Complaints.Count > 0)
            Broken ??= $"the simulation: {_server.Complaints[0]}";
    }

    // A recycle that waits for another try keeps the machine that came for it.
    private void ReplicasAreAsBefore(JsonObject deployment)
    {
        string[] surges = [.. (deployment.At("metadata", "annotations") as JsonObject ?? []).Select(static pair => pair.Key)
            .Where(static key => key.StartsWith(FleetKeys.SurgePrefix, StringComparison.Ordinal))];
        int kept = surges.Count(key => All(Recycles).Any(recycle => IsWaiting(recycle) && key == FleetKeys.SurgePrefix + Uid(recycle)));
        long replicas = deployment.Number("spec", "replicas") ?? 0;
        if (!_sabotaged && (kept != surges.Length || replicas != _history.Nodes + kept))
            Break(8, $"MachineDeployment {Name(deployment)} has {replicas} replicas, and had {_history.Nodes}: {string.Join(", ", surges)}");
    }

    private void OnCommitted(StoreEvent happened)
    {
        switch (happened.Resource)
        {
            case "nodes":
                OnNode(happened.Previous?.Value, happened.Type == StoreEventType.Deleted ? null : happened.Object.Value, happened.Object.Value);
                break;
            case Recycles when happened.Type == StoreEventType.Modified:
                OnRecycle(happened.Previous!.Value, happened.Object.Value);
                break;
            case "guardednodes." + FleetKeys.Group when happened.Type == StoreEventType.Modified:
                OnOperation(happened.Previous!.Value, happened.Object.Value);
                break;
            default:
                break;
        }
    }

    private void OnNode(JsonObject? before, JsonObject? after, JsonObject last)
    {
        string uid = Uid(last);
        _givenUp = Math.Min(_givenUp, Missing);
        if (after is null)
        {
            _away.Remove(uid);
            _adminCordoned.Remove(uid);
            return;
        }

        if (IsReady(after))
            _everReady.Add(uid);
        if (before is not null && before.Flag("spec", "unschedulable") == true && after.Flag("spec", "unschedulable") != true && _adminCordoned.Contains(uid))
            Break(7, $"node {Name(after)}, which an admin had cordoned, was uncordoned");
        bool isAway = IsAway(after);
        if (!isAway)
            _away.Remove(uid);
        else
            _away.TryAdd(uid, Now);
        if (MarkOf(after) is { } mark && (before is null || (MarkOf(before) is null && !IsAway(before))))
            OnMarked(after, mark);
    }

    /// <summary>Invariant 5: whoever takes a node finds room for it.</summary>
    private void OnMarked(JsonObject marked, string mark)
    {
        if (_policyGone || _sabotaged)
            return;
        JsonObject[] nodes = [.. All("nodes")];
        int missing = Now < _missingByOthersUntil ? 0 : Missing - _givenUp;
        int surplus = Math.Max(0, nodes.Length - _history.Nodes);
        int away = nodes.Count(node => Uid(node) != Uid(marked) && IsAway(node) && IsKnown(node));
        int unavailable = 1 + missing + Math.Max(0, away - surplus);
        if (unavailable > Allowed())
        {
            Break(5, $"node {Name(marked)} was taken by {mark} as number {unavailable}, allowed are {Allowed()}: "
                + $"missing {missing}, away {string.Join(", ", nodes.Where(IsAway).Select(Name))}");
        }
    }

    // What broke or went by others' hands must have had time to be seen; what is ours, and who comes in its place, is known.
    private bool IsKnown(JsonObject node)
    {
        if (MarkOf(node) is not null)
            return true;
        return _everReady.Contains(Uid(node))
            ? _away.TryGetValue(Uid(node), out DateTimeOffset since) && Now - since > Unknowable
            : Now >= _missingByOthersUntil;
    }

    private int Allowed()
    {
        while (_budgets.TryPeek(out (DateTimeOffset Until, int Budget) old) && old.Until < Now)
            _budgets.Dequeue();
        return _budgets.Select(static old => old.Budget).Append(Budget).Max();
    }

    private void OnRecycle(JsonObject before, JsonObject after)
    {
        string? phase = after.Text("status", "phase");
        if (phase == before.Text("status", "phase"))
            return;
        if (IsFinal(before))
            Break(9, $"recycle {Name(after)} was {before.Text("status", "phase")} and became {phase}");
        if (!IsFinal(after))
            return;
        _ended[Name(after)] = phase!;
        if (phase == nameof(RecyclePhase.Succeeded))
            OnSucceeded(after);
        OnSuccessor(after);
        if (phase == nameof(RecyclePhase.Cancelled) && after.Text("status", "replacement", "requestedAt") is not null)
            Break(6, $"recycle {Name(after)} was cancelled after something was asked of the machine");
    }

    /// <summary>Invariant 9: one new machine is not the outcome of two recycles.</summary>
    private void OnSuccessor(JsonObject recycle)
    {
        if (recycle.Text("status", "replacement", "successor", "uid") is not { } successor || successor == recycle.Text("status", "node", "uid"))
            return;
        if (All(Recycles).FirstOrDefault(other => Uid(other) != Uid(recycle) && other.Text("status", "replacement", "successor", "uid") == successor
            && other.Text("status", "node", "uid") != successor) is { } other)
        {
            Break(9, $"recycles {Name(recycle)} and {Name(other)} both took {recycle.Text("status", "replacement", "successor", "name")} for the node in their place");
        }
    }

    /// <summary>Invariant 11: what is not known is not well.</summary>
    private void OnSucceeded(JsonObject recycle)
    {
        _proven.UnionWith(_versionsOf.GetValueOrDefault(Uid(recycle), []));
        string name = recycle.Text("status", "replacement", "successor", "name") ?? "";
        if (Find("nodes", name) is not { } node)
        {
            if (Now >= _missingByOthersUntil)
                Break(11, $"recycle {Name(recycle)} succeeded, and its successor '{name}' is not there");
        }
        else if (!IsReady(node) && !(_away.TryGetValue(Uid(node), out DateTimeOffset since) && Now - since < Unknowable))
        {
            Break(11, $"recycle {Name(recycle)} succeeded, and its successor {name} is not Ready");
        }
    }

    private void OnOperation(JsonObject before, JsonObject after)
    {
        if (after.Text("spec", "operation", "id") is not { } id || id == before.Text("spec", "operation", "id") || Find("nodes", Name(after)) is not { } node)
            return;
        if (after.Text("spec", "operation", "kind") == nameof(OperationKind.Update))
            UpdateAskedOf(node, after, id);
        else
            AskedOf(node, $"operation {id}");
    }

    /// <summary>Pods may stay for an update; that somebody holds the node, that it comes once, and that a canary goes first holds for it, too.</summary>
    private void UpdateAskedOf(JsonObject node, JsonObject guarded, string id)
    {
        JsonObject? recycle = HolderOf(node);
        if (recycle is null || IsFinal(recycle))
            Break(6, $"update {id} was asked of node {Name(node)}, which no recycle holds that has not ended");
        else if (!_updatedBy.TryAdd(Uid(recycle), id))
            Break(9, $"recycle {Name(recycle)} asked for more than one update of node {Name(node)}: {_updatedBy[Uid(recycle)]}, {id}");
        string[] versions = [.. guarded.Items("spec", "operation", "packages").Select(static package => $"{package.Text("name")}={package.Text("version")}")];
        if (recycle is not null)
            _versionsOf[Uid(recycle)] = versions;
        if (recycle is null || _sabotaged || recycle.Flag("spec", "force") == true || recycle.Items("spec", "reasons").Any(static reason => (string?)reason == nameof(RecycleReason.Manual)) == true)
            return;
        // Whoever asked for the update that succeeded, it is the canary's proof.
        foreach (string version in versions.Where(version => !_proven.Contains(version)))
            TriedBy(recycle, version);
    }

    /// <summary>Invariant 9: until it has proved itself, a version is tried by one recycle at a time. Names are given again; who is meant is told by the UID.</summary>
    private void TriedBy(JsonObject recycle, string version)
    {
        if (_triedBy.TryGetValue(version, out string? canary) && canary != Uid(recycle)
            && All(Recycles).FirstOrDefault(other => Uid(other) == canary) is { } trying && !IsFinal(trying))
        {
            Break(9, $"{version} was asked for by {Name(recycle)} while {Name(trying)} tries it, and has not ended");
        }

        _triedBy[version] = Uid(recycle);
    }

    private void AskedOf(JsonObject node, string what)
    {
        if (HolderOf(node) is not { } recycle)
        {
            Break(6, $"{what} was asked of node {Name(node)}, which no recycle holds (mark '{MarkOf(node)}')");
            return;
        }

        if (IsFinal(recycle))
            Break(6, $"{what} was asked of node {Name(node)} by {Name(recycle)}, which is {recycle.Text("status", "phase")}");
        if (!_askedBy.TryGetValue(Uid(recycle), out HashSet<string>? asked))
            _askedBy[Uid(recycle)] = asked = [];
        asked.Add(Uid(node) + (what.StartsWith("operation", StringComparison.Ordinal) ? what : ""));
        if (asked.Count > 1)
            Break(9, $"recycle {Name(recycle)} asked for more than one machine: {what} of node {Name(node)}");
        if (recycle.Flag("spec", "force") == true)
            return;
        string[] left = [.. All("pods").Where(pod => pod.Text("spec", "nodeName") == Name(node) && pod.Text("status", "phase") is ("Running" or "Pending")).Select(Name)];
        if (left.Length > 0)
            Break(6, $"{what} was asked of node {Name(node)}, where {string.Join(", ", left)} still ran");
    }

    private JsonObject? HolderOf(JsonObject node)
    {
        string mark = MarkOf(node) ?? node.Text("metadata", "annotations", DrainKeys.CordonedBy) ?? "";
        // A node that an admin had cordoned before keeps that cordon, and has no mark of ours.
        JsonObject? recycle = All(Recycles).FirstOrDefault(recycle => mark.Length > 0
            ? mark.EndsWith(Uid(recycle), StringComparison.Ordinal)
            : recycle.Text("status", "node", "uid") == Uid(node) && !IsFinal(recycle));
        // What a person took away a moment ago cannot have been known to be gone.
        return recycle ?? _removed.FirstOrDefault(removed => mark.EndsWith(removed.Key, StringComparison.Ordinal) && Now - removed.Value.At < Unknowable).Value.Recycle;
    }

    private JsonObject? NodeOf(string plural, string name)
    {
        if (plural == "nodes")
            return Find("nodes", name);
        string storage = plural switch { "machines" => "machines.cluster.x-k8s.io", "nodeclaims" => "nodeclaims.karpenter.sh", _ => "instances.example.nodeguard.io" };
        string text = All(storage).FirstOrDefault(item => Name(item) == name)?.ToJsonString() ?? "";
        return All("nodes").FirstOrDefault(node => node.Text("spec", "providerID") is { Length: > 0 } id && text.Contains($"\"{id}\"", StringComparison.Ordinal));
    }

    private IEnumerable<JsonObject> Slots() =>
        All("fleets." + FleetKeys.Group).SelectMany(static fleet => fleet.Items("status", "slots")).OfType<JsonObject>();

    // A machine that is gone with nobody in its place keeps its slot until a person says otherwise.
    private bool IsKeptForGood(JsonObject slot) =>
        All(Recycles).FirstOrDefault(recycle => Uid(recycle) == slot.Text("recycleUID")) is { } recycle
        && recycle.Text("status", "phase") == nameof(RecyclePhase.Failed) && recycle.Text("status", "replacement", "requestedAt") is not null;

    private IEnumerable<JsonObject> All(string resource) => _server.Cluster.Store.Snapshot(resource).Objects().Select(static stored => stored.Value);

    private JsonObject? Find(string resource, string key) => _server.Cluster.Store.Get(resource, key)?.Value;

    // What is away here has nothing to do with a recycle that runs: none does any more.
    private bool HasRoom()
    {
        JsonObject[] nodes = [.. All("nodes")];
        return nodes.Count(IsAway) + Math.Max(0, _history.Nodes - nodes.Length) < Budget;
    }

    // Not thrown: the server would take it for its own fault, in the middle of a write.
    private void Break(int invariant, string how) => Broken ??= $"Invariant {invariant}: {how}";
}
