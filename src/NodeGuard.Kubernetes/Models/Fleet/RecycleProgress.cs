using System.Text.Json.Serialization;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

public sealed class RecycledNode : WireObject
{
    /// <summary>The UID of the Node.</summary>
    public string? Uid { get; set; }

    /// <summary>The boot that ran then.</summary>
    [JsonPropertyName("bootID")]
    public string? BootId { get; set; }

    /// <summary>The provider's name of the machine.</summary>
    [JsonPropertyName("providerID")]
    public string? ProviderId { get; set; }

    /// <summary>The zone of the node.</summary>
    public string? Zone { get; set; }

    /// <summary>The policy that selected it.</summary>
    public string? Policy { get; set; }

    /// <summary>Whether it was cordoned already, and stays so.</summary>
    public bool? CordonedByAdmin { get; set; }
}

public sealed class DrainStatus : WireObject
{
    /// <summary>Pods that have left.</summary>
    public int? Evicted { get; set; }

    /// <summary>Pods that have yet to leave.</summary>
    public int? Remaining { get; set; }

    /// <summary>Pods that do not leave, and why.</summary>
    public List<DrainBlocker>? Blockers { get; set; }
}

public sealed class DrainBlocker : WireObject
{
    /// <summary>The pod, as namespace/name.</summary>
    public string? Pod { get; set; }

    /// <summary>What keeps it, such as a PodDisruptionBudget.</summary>
    public string? Why { get; set; }
}

public sealed class ReplacementStatus : WireObject
{
    /// <summary>The method that is used.</summary>
    [Words(typeof(ReplacementMethod))]
    public string? Method { get; set; }

    /// <summary>The object that stands for the machine.</summary>
    public ReplacedResource? Resource { get; set; }

    /// <summary>When the replacement was asked for.</summary>
    public DateTimeOffset? RequestedAt { get; set; }

    /// <summary>What was asked for one machine more; absent where the old one goes first.</summary>
    public ReplacedResource? SurgedResource { get; set; }

    /// <summary>When that was asked.</summary>
    public DateTimeOffset? SurgedAt { get; set; }

    /// <summary>When the newest node had come that was there at the first request; its successor came later, by the server's clock.</summary>
    public DateTimeOffset? NewestBefore { get; set; }

    /// <summary>The image that the policy wanted at the request; absent for any.</summary>
    public string? Image { get; set; }

    /// <summary>What the node's agent is asked to install; absent where nothing is.</summary>
    [Bounds(Max = PackageVersionText.Most)]
    public List<PackageVersionText>? Updates { get; set; }

    /// <summary>The node's agent is asked to repair the package manager, which broke off, and to install nothing.</summary>
    public bool? Repair { get; set; }

    /// <summary>The node that came instead.</summary>
    public SuccessorNode? Successor { get; set; }

    /// <summary>Where the provider stands, in a sentence.</summary>
    public string? State { get; set; }
}

public sealed class ReplacedResource : WireObject
{
    /// <summary>Its group and version.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Its kind.</summary>
    public string? Kind { get; set; }

    /// <summary>Its namespace; absent for a cluster-scoped one.</summary>
    public string? Namespace { get; set; }

    /// <summary>Its name.</summary>
    public string? Name { get; set; }

    /// <summary>Its UID.</summary>
    public string? Uid { get; set; }
}

public sealed class SuccessorNode : WireObject
{
    /// <summary>The name of the Node.</summary>
    public string? Name { get; set; }

    /// <summary>The UID of the Node.</summary>
    public string? Uid { get; set; }
}

public sealed class OwnerStatus : WireObject
{
    /// <summary>Its group and version.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Its kind.</summary>
    public string? Kind { get; set; }

    /// <summary>Its namespace.</summary>
    public string? Namespace { get; set; }

    /// <summary>Its name.</summary>
    public string? Name { get; set; }

    /// <summary>Pods of it that were ready.</summary>
    public int? Ready { get; set; }

    /// <summary>Pods that it wanted.</summary>
    public int? Wanted { get; set; }
}
