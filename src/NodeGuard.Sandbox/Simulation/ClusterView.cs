using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation;

internal readonly record struct ObjectKey(Kind Kind, string Namespace, string Name)
{
    public static ObjectKey Of(Kind kind, JsonObject item) => new(kind, item.Namespace(), item.Name());
}

/// <summary>What a node's pods ask for, in thousandths; finished pods ask for nothing.</summary>
internal readonly record struct NodeUsage(long Cpu, long Memory, int Pods)
{
    public static NodeUsage Of(JsonObject pod) => PodState.IsFinished(pod)
        ? default
        : new NodeUsage(PodState.Requests(pod, "cpu"), PodState.Requests(pod, "memory"), 1);

    public static NodeUsage operator +(NodeUsage left, NodeUsage right) =>
        new(left.Cpu + right.Cpu, left.Memory + right.Memory, left.Pods + right.Pods);

    public static NodeUsage operator -(NodeUsage left, NodeUsage right) =>
        new(left.Cpu - right.Cpu, left.Memory - right.Memory, left.Pods - right.Pods);
}

/// <summary>The objects as last seen, with the indexes that the reconcile functions ask for. One thread uses it.</summary>
internal sealed class ClusterView
{
    private static readonly IReadOnlyDictionary<string, JsonObject> None = new Dictionary<string, JsonObject>();

    private readonly Dictionary<ObjectKey, JsonObject> _objects = [];
    private readonly Dictionary<Kind, Dictionary<ObjectKey, JsonObject>> _byKind = [];
    private readonly Dictionary<(Kind, string Uid), Dictionary<string, JsonObject>> _byController = [];
    private readonly Dictionary<string, Dictionary<string, JsonObject>> _podsByNode = [];
    private readonly Dictionary<(Kind, string Namespace), Dictionary<string, JsonObject>> _byNamespace = [];
    private readonly Dictionary<string, NodeUsage> _usage = [];

    public JsonObject? Get(Kind kind, string @namespace, string name) => _objects.GetValueOrDefault(new(kind, @namespace, name));

    public JsonObject? Get(ObjectKey key) => _objects.GetValueOrDefault(key);

    public IReadOnlyCollection<JsonObject> All(Kind kind) => _byKind.TryGetValue(kind, out var found) ? found.Values : [];

    public IEnumerable<JsonObject> Owned(Kind kind, string controllerUid) => Of(_byController, (kind, controllerUid)).Values;

    public IEnumerable<JsonObject> InNamespace(Kind kind, string @namespace) => Of(_byNamespace, (kind, @namespace)).Values;

    public IEnumerable<JsonObject> PodsOn(string node) => Of(_podsByNode, node).Values;

    public NodeUsage UsageOf(string node) => _usage.GetValueOrDefault(node);

    /// <summary>The state after a write or a watch event.</summary>
    /// <returns>The object that was there before.</returns>
    public JsonObject? Put(Kind kind, JsonObject item)
    {
        ObjectKey key = ObjectKey.Of(kind, item);
        JsonObject? before = Remove(key);
        _objects[key] = item;
        (_byKind.TryGetValue(kind, out var all) ? all : _byKind[kind] = [])[key] = item;
        Add(_byNamespace, (kind, key.Namespace), item);
        if (item.ControllerUid() is { Length: > 0 } owner)
        {
            Add(_byController, (kind, owner), item);
        }

        if (kind == Kind.Pod && PodState.NodeName(item) is { Length: > 0 } node)
        {
            Add(_podsByNode, node, item);
            _usage[node] = UsageOf(node) + NodeUsage.Of(item);
        }

        return before;
    }

    /// <returns>The object that was there.</returns>
    public JsonObject? Remove(ObjectKey key)
    {
        if (!_objects.Remove(key, out JsonObject? item))
        {
            return null;
        }

        _byKind[key.Kind].Remove(key);
        Drop(_byNamespace, (key.Kind, key.Namespace), item);
        if (item.ControllerUid() is { Length: > 0 } owner)
        {
            Drop(_byController, (key.Kind, owner), item);
        }

        if (key.Kind == Kind.Pod && PodState.NodeName(item) is { Length: > 0 } node)
        {
            Drop(_podsByNode, node, item);
            _usage[node] = UsageOf(node) - NodeUsage.Of(item);
        }

        return item;
    }

    private static IReadOnlyDictionary<string, JsonObject> Of<TKey>(
        Dictionary<TKey, Dictionary<string, JsonObject>> index, TKey key)
        where TKey : notnull => index.TryGetValue(key, out var found) ? found : None;

    private static void Add<TKey>(Dictionary<TKey, Dictionary<string, JsonObject>> index, TKey key, JsonObject item)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out Dictionary<string, JsonObject>? items))
        {
            index[key] = items = [];
        }

        items[item.Uid()] = item;
    }

    private static void Drop<TKey>(Dictionary<TKey, Dictionary<string, JsonObject>> index, TKey key, JsonObject item)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out Dictionary<string, JsonObject>? items) && items.Remove(item.Uid()) && items.Count == 0)
        {
            index.Remove(key);
        }
    }
}
