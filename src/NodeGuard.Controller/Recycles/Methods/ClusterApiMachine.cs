using System.Text.Json.Nodes;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>The Cluster API Machine that the node's annotations name; its MachineSet or control plane makes another one.</summary>
internal sealed class ClusterApiMachine(IKubeApi api) : IMachineMapping
{
    private const string Group = "cluster.x-k8s.io";
    private const string MachineAnnotation = "cluster.x-k8s.io/machine";
    private const string NamespaceAnnotation = "cluster.x-k8s.io/cluster-namespace";

    // Ours has drained it already, and knows more of the pods' wishes.
    private const string NoDrain = "machine.cluster.x-k8s.io/exclude-node-draining";

    public async Task<Preparation> FindAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        string strategy = recycle.Policy?.Spec?.Replacement?.ClusterApi?.Strategy ?? nameof(ClusterApiStrategy.Delete);
        if (strategy != nameof(ClusterApiStrategy.Delete))
            return new Preparation.Refused($"spec.replacement.clusterApi.strategy is {strategy}; this version only does Delete");
        var (version, problem) = await MachineSearch.VersionAsync(api, Group, "Cluster API", cancellation);
        if (version is null)
            return problem!;
        if (recycle.Node?.Draining.Annotations.GetValueOrDefault(MachineAnnotation) is not { Length: > 0 } name)
            return new Preparation.Refused($"node {recycle.NodeName} has no annotation {MachineAnnotation}: no Machine of Cluster API stands for it");
        ResourceType<UntypedObject> type = Type(version);
        var place = new ObjectName(recycle.Node.Draining.Annotations.GetValueOrDefault(NamespaceAnnotation, "default"), name);
        return await api.GetAsync(type, place, cancellation) switch
        {
            ApiResult<UntypedObject>.Ok { Value: var found } => Checked(found, type, recycle),
            ApiResult<UntypedObject>.Failed { Failure: var failure } => MachineSearch.Answer(failure, $"reading Machine {place}"),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    public ResourceType<UntypedObject> TypeOf(ReplacedResource resource, RecycleContext recycle) => Type((resource.ApiVersion ?? string.Empty).Split('/')[^1]);

    public async Task<string?> BeforeDeleteAsync(ReplacedResource resource, RecycleContext recycle, CancellationToken cancellation)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = resource.Uid, ["annotations"] = new JsonObject { [NoDrain] = "nodeguard" } } };
        var answer = await api.PatchAsync(
            TypeOf(resource, recycle), new ObjectName(resource.Namespace ?? string.Empty, resource.Name ?? string.Empty), Patches.Merge(patch), subresource: null,
            new WriteOptions(ControllerNames.FieldManager), cancellation);
        // Gone, or another one of that name: the deletion that follows finds out.
        return answer is ApiResult<UntypedObject>.Failed { Failure: { Kind: not (ApiFailureKind.NotFound or ApiFailureKind.Conflict) } failure } ? failure.Message : null;
    }

    // Annotations are anybody's text: the Machine itself has to agree.
    private static Preparation Checked(UntypedObject machine, ResourceType<UntypedObject> type, RecycleContext recycle)
    {
        string? provider = MachineSearch.Text(machine, "spec.providerID");
        string? node = MachineSearch.Text(machine, "status.nodeRef.name");
        return (provider is null || provider == recycle.Node!.ProviderId) && (node is null || node == recycle.NodeName)
            ? MachineSearch.Ready(machine, type)
            : new Preparation.Refused(
                $"Machine {machine.Metadata.Namespace}/{machine.Metadata.Name}, which node {recycle.NodeName} names, is that of node {node} with providerID {provider}");
    }

    private static ResourceType<UntypedObject> Type(string version) => ResourceTypes.Untyped(Group, version, "machines", "Machine", namespaced: true);
}
