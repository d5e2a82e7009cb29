using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>The Karpenter NodeClaim with the node's providerID; Karpenter ends the instance and makes another for pods that wait.</summary>
internal sealed class KarpenterNodeClaim(IKubeApi api) : IMachineMapping
{
    private const string Group = "karpenter.sh";

    public async Task<Preparation> FindAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        var (version, problem) = await MachineSearch.VersionAsync(api, Group, "Karpenter", cancellation);
        if (version is null)
            return problem!;
        ResourceType<UntypedObject> type = Type(version);
        var (claims, _, failure) = await PagedList.ReadAsync(api, type, new ListQuery(), cancellation);
        if (failure is not null)
            return MachineSearch.Answer(failure, "listing NodeClaims");
        UntypedObject? claim = claims.FirstOrDefault(claim => recycle.Node is { ProviderId: { Length: > 0 } id } && MachineSearch.Text(claim, "status.providerID") == id);
        return claim is not null
            ? MachineSearch.Ready(claim, type)
            : new Preparation.Refused($"no NodeClaim has status.providerID \"{recycle.Node?.ProviderId}\" of node {recycle.NodeName}: Karpenter does not own it");
    }

    public ResourceType<UntypedObject> TypeOf(ReplacedResource resource, RecycleContext recycle) => Type((resource.ApiVersion ?? string.Empty).Split('/')[^1]);

    private static ResourceType<UntypedObject> Type(string version) => ResourceTypes.Untyped(Group, version, "nodeclaims", "NodeClaim", namespaced: false);
}
