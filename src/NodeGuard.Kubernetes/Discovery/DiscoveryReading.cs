namespace NodeGuard.Kubernetes.Discovery;

/// <summary>From the documents of discovery to resources. Pure. Entries without a name or kind are passed over.</summary>
internal static class DiscoveryReading
{
    public static void AddAggregated(DiscoveryRoot root, List<DiscoveredResource> resources, List<string> unavailable)
    {
        foreach (var group in (root.Items ?? []).OfType<AggregatedGroup>())
        {
            var name = group.Metadata?.Name ?? string.Empty;
            foreach (var version in (group.Versions ?? []).OfType<AggregatedVersion>())
            {
                if (version.Version is not { Length: > 0 } served)
                    continue;
                if (version.Freshness == "Stale")
                    unavailable.Add(ApiVersion(name, served));
                resources.AddRange((version.Resources ?? []).OfType<AggregatedResource>().Select(r => FromAggregated(name, served, r)).OfType<DiscoveredResource>());
            }
        }
    }

    /// <summary>The group and version pairs of a server without aggregated discovery, the preferred version first.</summary>
    public static IEnumerable<(string Group, string Version)> Versions(DiscoveryRoot root) =>
        (root.Versions ?? []).OfType<string>().Select(v => (string.Empty, v)).Concat(
            from legacy in (root.Groups ?? []).OfType<LegacyGroup>()
            from version in (legacy.Versions ?? []).Select(v => v?.Version).OfType<string>()
                .OrderBy(v => v != legacy.PreferredVersion?.Version)
            select (legacy.Name ?? string.Empty, version));

    public static void AddLegacy(string group, string version, LegacyResources document, List<DiscoveredResource> resources)
    {
        var all = (document.Resources ?? []).OfType<LegacyResource>().Where(r => r.Name is { Length: > 0 }).ToList();
        foreach (var resource in all.Where(r => !r.Name!.Contains('/', StringComparison.Ordinal) && r.Kind is { Length: > 0 }))
        {
            var prefix = resource.Name + "/";
            resources.Add(new DiscoveredResource(
                group, version, resource.Name!, Singular(resource.SingularName, resource.Kind!), resource.Kind!, resource.Namespaced,
                resource.ShortNames ?? [], resource.Verbs ?? [],
                [.. all.Where(r => r.Name!.StartsWith(prefix, StringComparison.Ordinal)).Select(r => r.Name![prefix.Length..])]));
        }
    }

    public static string ApiVersion(string group, string version) => group.Length == 0 ? version : $"{group}/{version}";

    private static DiscoveredResource? FromAggregated(string group, string version, AggregatedResource resource) =>
        resource is { Resource: { Length: > 0 } plural, ResponseKind.Kind: { Length: > 0 } kind }
            ? new DiscoveredResource(
                group, version, plural, Singular(resource.SingularResource, kind), kind, resource.Scope == "Namespaced",
                resource.ShortNames ?? [], resource.Verbs ?? [], [.. (resource.Subresources ?? []).Select(s => s?.Subresource).OfType<string>()])
            : null;

    // The core group of older servers names no singulars.
    private static string Singular(string? told, string kind) => string.IsNullOrEmpty(told) ? kind.ToLowerInvariant() : told;
}
