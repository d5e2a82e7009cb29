using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>
/// Methods by which one object that stands for the machine is deleted, and whatever made it makes another: the Node itself,
/// a Cluster API Machine, a Karpenter NodeClaim, or any resource that the policy maps.
/// </summary>
internal sealed class DeletedObject(IKubeApi api, IMachineMapping mapping) : IReplacementMethod
{
    public async Task<Preparation> PrepareAsync(RecycleContext recycle, CancellationToken cancellation) =>
        await mapping.FindAsync(recycle, cancellation);

    public async Task<Asked> AskAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        ReplacedResource resource = recycle.Replacement!.Resource!;
        ResourceType<UntypedObject> type = mapping.TypeOf(resource, recycle);
        if (await mapping.BeforeDeleteAsync(resource, recycle, cancellation) is { } later)
            return new Asked.Later(later);
        ApiResult<bool> answer = await api.DeleteAsync(
            type, new ObjectName(resource.Namespace ?? string.Empty, resource.Name ?? string.Empty), new DeleteQuery(Uid: resource.Uid), cancellation);
        string what = $"{resource.Kind} {resource.Name}";
        return answer switch
        {
            ApiResult<bool>.Ok { Value: true } => new Asked.Running($"{what} is deleted"),
            ApiResult<bool>.Ok => new Asked.Running($"{what} is being deleted"),
            // By its UID: another object of that name is there, so ours is gone.
            ApiResult<bool>.Failed { Failure.Kind: ApiFailureKind.NotFound or ApiFailureKind.Conflict } => new Asked.Running($"{what} is gone"),
            ApiResult<bool>.Failed { Failure: { Kind: ApiFailureKind.Forbidden or ApiFailureKind.Invalid or ApiFailureKind.WebhookDenied } failure } =>
                new Asked.Refused($"{what} was not deleted: {failure.Message}"),
            ApiResult<bool>.Failed { Failure: var failure } => new Asked.Later(failure.Message),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }
}

/// <summary>From a node to the object that stands for its machine.</summary>
internal interface IMachineMapping
{
    Task<Preparation> FindAsync(RecycleContext recycle, CancellationToken cancellation);

    ResourceType<UntypedObject> TypeOf(ReplacedResource resource, RecycleContext recycle);

    /// <summary>What the provider is told before; null when it is done, otherwise why it is not done yet.</summary>
    Task<string?> BeforeDeleteAsync(ReplacedResource resource, RecycleContext recycle, CancellationToken cancellation) => Task.FromResult<string?>(null);
}

/// <summary>The Node is deleted: for groups of machines that make up for what is missing.</summary>
internal sealed class NodeItself : IMachineMapping
{
    public Task<Preparation> FindAsync(RecycleContext recycle, CancellationToken cancellation) => Task.FromResult<Preparation>(
        new Preparation.Ready(new ReplacedResource
        {
            ApiVersion = "v1",
            Kind = "Node",
            Name = recycle.NodeName,
            Uid = recycle.Recycle.Status?.Node?.Uid,
        }));

    public ResourceType<UntypedObject> TypeOf(ReplacedResource resource, RecycleContext recycle) => ResourceTypes.Untyped("", "v1", "nodes", "Node", namespaced: false);
}
