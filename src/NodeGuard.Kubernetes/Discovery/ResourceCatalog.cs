using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Discovery;

/// <summary>One resource that the server serves.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Subresources">Such as "status" and "eviction".</param>
public sealed record DiscoveredResource(
    string Group,
    string Version,
    string Plural,
    string Singular,
    string Kind,
    bool Namespaced,
    IReadOnlyList<string> ShortNames,
    IReadOnlyList<string> Verbs,
    IReadOnlyList<string> Subresources)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Its objects with all their fields, untyped.</summary>
    public ResourceType<UntypedObject> Untyped { get; } = ResourceTypes.Untyped(Group, Version, Plural, Kind, Namespaced);
}

/// <summary>All that a server serves, in its own order: the core group first, a group's preferred version first.</summary>
/// <param name="Unavailable">Groups and versions whose own server did not answer, as "group/version": not known, not absent.</param>
public sealed record ResourceCatalog(IReadOnlyList<DiscoveredResource> Resources, IReadOnlyList<string> Unavailable)
{
    /// <summary>
    /// By what a person writes: plural, singular, kind or short name, and with a group ("deployments.apps") or a version and
    /// a group ("deployments.v1.apps"). The first in the server's order; null when none is served.
    /// </summary>
    public DiscoveredResource? Find(string name)
    {
        var whole = Resources.FirstOrDefault(r => IsNamed(r, name));
        if (whole is not null)
            return whole;
        var parts = name.Split('.', 2);
        if (parts.Length < 2)
            return null;
        return Resources.FirstOrDefault(r => IsNamed(r, parts[0]) && Same(parts[1], r.Group))
            ?? Resources.FirstOrDefault(r => IsNamed(r, parts[0]) && Same(parts[1].TrimEnd('.'), r.Group.Length == 0 ? r.Version : $"{r.Version}.{r.Group}"));
    }

    /// <summary>By what an object says of itself.</summary>
    public DiscoveredResource? Find(string apiVersion, string kind) =>
        Resources.FirstOrDefault(r => r.Kind == kind && r.ApiVersion == apiVersion);

    private static bool IsNamed(DiscoveredResource resource, string name) =>
        Same(name, resource.Plural) || Same(name, resource.Singular) || Same(name, resource.Kind)
        || resource.ShortNames.Any(s => Same(name, s));

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
