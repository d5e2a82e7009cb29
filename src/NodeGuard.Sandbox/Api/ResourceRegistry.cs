using System.Collections.Immutable;

namespace NodeGuard.Sandbox.Api;

/// <summary>The resources that are served now; custom ones come and go.</summary>
public sealed class ResourceRegistry
{
    private ImmutableDictionary<(string Group, string Version, string Plural), ResourceInfo> _all =
        ImmutableDictionary<(string, string, string), ResourceInfo>.Empty;

    /// <summary>In no order.</summary>
    public IEnumerable<ResourceInfo> All => Volatile.Read(ref _all).Values;

    public void Add(ResourceInfo resource) =>
        ImmutableInterlocked.AddOrUpdate(ref _all, KeyOf(resource), resource, (_, _) => resource);

    public void Remove(ResourceInfo resource) => ImmutableInterlocked.TryRemove(ref _all, KeyOf(resource), out _);

    public ResourceInfo? Find(string group, string version, string plural) =>
        Volatile.Read(ref _all).GetValueOrDefault((group, version, plural));

    /// <summary>For the sandbox's own controllers, which know that it is there.</summary>
    public ResourceInfo Get(string group, string version, string plural) =>
        Find(group, version, plural)
        ?? throw new InvalidOperationException($"the sandbox has no resource {plural} in {group}/{version}");

    public ResourceInfo? FindKind(string group, string version, string kind) =>
        All.FirstOrDefault(r => r.Group == group && r.Version == version && r.Kind == kind && r.Review is null);

    private static (string Group, string Version, string Plural) KeyOf(ResourceInfo resource) =>
        (resource.Group, resource.Version, resource.Plural);
}
