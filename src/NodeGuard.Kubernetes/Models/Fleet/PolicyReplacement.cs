using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

[Rule("(self.method == 'Webhook') == has(self.webhook)", "webhook must be given with the method Webhook, and with no other")]
[Rule("(self.method == 'DeleteResource') == has(self.deleteResource)", "deleteResource must be given with the method DeleteResource, and with no other")]
[Rule("!has(self.clusterApi) || self.method == 'ClusterApi'", "clusterApi must be given with the method ClusterApi only")]
[Rule("!self.replacementFirst || !(self.method in ['Reboot', 'DeleteNode'])",
    "replacementFirst makes no sense with Reboot, where the machine stays, nor with DeleteNode, where nothing can be asked for another one")]
[Rule("self.method != 'Update'", "Update replaces no machine: say updates.mode Coordinated for that, and name here what does")]
public sealed class PolicyReplacement : WireObject
{
    /// <summary>Who is asked for another machine, and how.</summary>
    [Words(typeof(ReplacementMethod))]
    [FilledWith(nameof(ReplacementMethod.DeleteNode))]
    public string? Method { get; set; }

    /// <summary>Whether the new machine comes before the old one goes.</summary>
    [FilledWith(false)]
    public bool? ReplacementFirst { get; set; }

    /// <summary>How long the new machine may take to become a Ready node.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("30m")]
    public string? Timeout { get; set; }

    /// <summary>For the method ClusterApi.</summary>
    public ClusterApiReplacement? ClusterApi { get; set; }

    /// <summary>For the method DeleteResource: the resource that stands for a machine.</summary>
    public ResourceReplacement? DeleteResource { get; set; }

    /// <summary>For the method Webhook: the service that is asked.</summary>
    public WebhookReplacement? Webhook { get; set; }
}

public sealed class ClusterApiReplacement : WireObject
{
    /// <summary>How the Machine is replaced.</summary>
    [Words(typeof(ClusterApiStrategy))]
    [FilledWith(nameof(ClusterApiStrategy.Delete))]
    public string? Strategy { get; set; }
}

[Rule("(self.matchBy == 'ProviderId') != has(self.key)", "key must be given with matchBy Label or Annotation, and not with ProviderId")]
public sealed class ResourceReplacement : WireObject
{
    /// <summary>The group and version of the resource, such as compute.example.org/v1.</summary>
    [MustBeSet]
    [Bounds(Min = 1, Max = 317)]
    public string? ApiVersion { get; set; }

    /// <summary>The plural name of the resource, such as instances.</summary>
    [MustBeSet]
    [Shape(TextShape.PartName)]
    public string? Resource { get; set; }

    /// <summary>The namespace of the resource; absent for a cluster-scoped one.</summary>
    [Shape(TextShape.PartName)]
    public string? Namespace { get; set; }

    /// <summary>What of a node leads to its resource.</summary>
    [Words(typeof(ResourceMatch))]
    [FilledWith(nameof(ResourceMatch.ProviderId))]
    public string? MatchBy { get; set; }

    /// <summary>The label or annotation of the node whose value is the resource's name.</summary>
    [Shape(TextShape.LabelKey)]
    public string? Key { get; set; }

    /// <summary>The field of the resource that equals the node's spec.providerID or its last part; a dot inside a name is written with a backslash before it.</summary>
    [Shape(TextShape.FieldPath)]
    [FilledWith("status.providerID")]
    public string? ProviderIdField { get; set; }
}

public sealed class WebhookReplacement : WireObject
{
    /// <summary>Where the request is sent.</summary>
    [MustBeSet]
    [Shape(TextShape.Url)]
    public string? Url { get; set; }

    /// <summary>The key that signs the request; without it the request is not signed.</summary>
    public SecretKey? Secret { get; set; }

    /// <summary>How long one answer may take; requests are repeated.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("10s")]
    public string? Timeout { get; set; }
}

public sealed class SecretKey : WireObject
{
    /// <summary>The namespace of the Secret; the controller may read its own only.</summary>
    [MustBeSet]
    [Shape(TextShape.PartName)]
    public string? Namespace { get; set; }

    /// <summary>The Secret.</summary>
    [MustBeSet]
    [Shape(TextShape.ObjectName)]
    public string? Name { get; set; }

    /// <summary>The entry in its data.</summary>
    [MustBeSet]
    [Bounds(Min = 1, Max = 253)]
    public string? Key { get; set; }
}
