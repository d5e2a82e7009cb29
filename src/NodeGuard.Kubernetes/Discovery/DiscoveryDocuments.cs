using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Discovery;

/// <summary>
/// What "/api" and "/apis" answer: APIGroupDiscoveryList (aggregated, since Kubernetes 1.26), or APIVersions and
/// APIGroupList of servers without it. Each fills its own fields.
/// </summary>
internal sealed class DiscoveryRoot
{
    public string? Kind { get; set; }

    /// <summary>APIGroupDiscoveryList.</summary>
    public List<AggregatedGroup>? Items { get; set; }

    /// <summary>APIVersions.</summary>
    public List<string>? Versions { get; set; }

    /// <summary>APIGroupList.</summary>
    public List<LegacyGroup>? Groups { get; set; }
}

internal sealed class AggregatedGroup
{
    public GroupName? Metadata { get; set; }

    public List<AggregatedVersion>? Versions { get; set; }
}

internal sealed class GroupName
{
    public string? Name { get; set; }
}

internal sealed class AggregatedVersion
{
    public string? Version { get; set; }

    /// <summary>"Current", or "Stale" when the server behind it does not answer.</summary>
    public string? Freshness { get; set; }

    public List<AggregatedResource>? Resources { get; set; }
}

internal sealed class AggregatedResource
{
    public string? Resource { get; set; }

    public ResponseKind? ResponseKind { get; set; }

    /// <summary>"Namespaced" or "Cluster".</summary>
    public string? Scope { get; set; }

    public string? SingularResource { get; set; }

    public List<string>? ShortNames { get; set; }

    public List<string>? Verbs { get; set; }

    public List<AggregatedSubresource>? Subresources { get; set; }
}

internal sealed class ResponseKind
{
    public string? Kind { get; set; }
}

internal sealed class AggregatedSubresource
{
    public string? Subresource { get; set; }
}

internal sealed class LegacyGroup
{
    public string? Name { get; set; }

    public List<LegacyVersion>? Versions { get; set; }

    public LegacyVersion? PreferredVersion { get; set; }
}

internal sealed class LegacyVersion
{
    public string? Version { get; set; }
}

/// <summary>APIResourceList: subresources stand beside their resource, as "pods/eviction".</summary>
internal sealed class LegacyResources
{
    public List<LegacyResource>? Resources { get; set; }
}

internal sealed class LegacyResource
{
    public string? Name { get; set; }

    public string? SingularName { get; set; }

    public bool Namespaced { get; set; }

    public string? Kind { get; set; }

    public List<string>? Verbs { get; set; }

    public List<string>? ShortNames { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DiscoveryRoot))]
[JsonSerializable(typeof(LegacyResources))]
internal sealed partial class DiscoveryJson : JsonSerializerContext;
