using System.Collections.Immutable;
using System.Globalization;

namespace NodeGuard.Kubernetes.Tests.Caching;

/// <summary>All that ever happened to the things of a model cluster: each version, and the state that it left.</summary>
internal sealed class ModelHistory
{
    private readonly List<ModelChange> _changes = [];
    private readonly SortedDictionary<ulong, ImmutableDictionary<ObjectName, KeptThing>> _states = [];
    private int _uids;

    public ModelHistory() => _states[Version] = [];

    /// <summary>Other resources move it too, as in etcd.</summary>
    public ulong Version { get; private set; } = 1_000;

    /// <summary>Versions up to here are forgotten: 410 for who asks.</summary>
    public ulong CompactedTo { get; private set; } = 1_000;

    public IReadOnlyList<ModelChange> Changes => _changes;

    public ImmutableDictionary<ObjectName, KeptThing> Now => At(Version)!;

    /// <summary>Null for a version that never was.</summary>
    public ImmutableDictionary<ObjectName, KeptThing>? At(ulong version) => _states.GetValueOrDefault(version);

    /// <summary>A version between two changes, where another resource was written.</summary>
    public void Elsewhere() => Step(Now);

    public void Put(ObjectName name, string place)
    {
        bool exists = Now.TryGetValue(name, out KeptThing? old);
        ulong version = Version + 1;
        var thing = new KeptThing(name, exists ? old!.Uid : $"uid-{++_uids}", Text(version), place);
        Step(Now.SetItem(name, thing));
        _changes.Add(new(version, exists ? "MODIFIED" : "ADDED", thing));
    }

    public void Delete(ObjectName name)
    {
        if (!Now.TryGetValue(name, out KeptThing? old))
            return;
        ulong version = Version + 1;
        Step(Now.Remove(name));
        // As the real server: the last state, with the version of its deletion.
        _changes.Add(new(version, "DELETED", old with { Version = Text(version) }));
    }

    public void Compact() => CompactedTo = Version;

    public static string Text(ulong version) => version.ToString(CultureInfo.InvariantCulture);

    private void Step(ImmutableDictionary<ObjectName, KeptThing> state) => _states[++Version] = state;
}

internal sealed record ModelChange(ulong Version, string Type, KeptThing Thing);
