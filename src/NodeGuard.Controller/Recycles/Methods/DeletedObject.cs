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

    public Task<Preparation> PrepareFirstAsync(RecycleContext recycle, CancellationToken cancellation) => mapping.FindFirstAsync(recycle, cancellation);

    public Task<Asked> BringFirstAsync(RecycleContext recycle, CancellationToken cancellation) => mapping.BringFirstAsync(recycle, cancellation);

    // Looked at before it is deleted: what is on its way is asked for once, and what holds it up is told.
    public async Task<Asked> AskAsync(RecycleContext recycle, CancellationToken cancellation)
    {
        ReplacedResource resource = recycle.Replacement!.Resource!;
        ResourceType<UntypedObject> type = mapping.TypeOf(resource, recycle);
        var place = new ObjectName(resource.Namespace ?? string.Empty, resource.Name ?? string.Empty);
        string what = $"{resource.Kind} {place}";
        return await api.GetAsync(type, place, cancellation) switch
        {
            ApiResult<UntypedObject>.Ok { Value: var found } when found.Metadata.Uid != resource.Uid => await GoingAsync(recycle, $"{what} is gone", cancellation),
            ApiResult<UntypedObject>.Ok { Value: { Metadata.DeletionTimestamp: not null } found } => await GoingAsync(recycle, Leaving(what, found), cancellation),
            ApiResult<UntypedObject>.Ok { Value: var found } => await mapping.InsteadOfDeleteAsync(found, type, recycle, cancellation)
                ?? await DeleteAsync(recycle, resource, type, place, what, cancellation),
            ApiResult<UntypedObject>.Failed { Failure.Kind: ApiFailureKind.NotFound } => await GoingAsync(recycle, $"{what} is gone", cancellation),
            ApiResult<UntypedObject>.Failed { Failure: var failure } => new Asked.Later($"reading {what}: {failure.Message}"),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    public Task<string?> TakeBackAsync(RecycleContext recycle, CancellationToken cancellation) => mapping.TakeBackAsync(recycle, cancellation);

    private async Task<Asked> GoingAsync(RecycleContext recycle, string state, CancellationToken cancellation) =>
        await mapping.AfterDeleteAsync(recycle, cancellation) is { } later ? new Asked.Later(later) : new Asked.Running(state);

    private async Task<Asked> DeleteAsync(
        RecycleContext recycle, ReplacedResource resource, ResourceType<UntypedObject> type, ObjectName place, string what, CancellationToken cancellation)
    {
        if (await mapping.BeforeDeleteAsync(resource, recycle, cancellation) is { } later)
            return new Asked.Later(later);
        return await api.DeleteAsync(type, place, new DeleteQuery(Uid: resource.Uid), cancellation) switch
        {
            ApiResult<bool>.Ok => new Asked.Running($"{what} is deleted"),
            ApiResult<bool>.Failed { Failure.Kind: ApiFailureKind.NotFound } => new Asked.Running($"{what} is gone"),
            ApiResult<bool>.Failed { Failure: { Kind: ApiFailureKind.Forbidden or ApiFailureKind.Invalid or ApiFailureKind.WebhookDenied } failure } =>
                new Asked.Refused($"{what} was not deleted: {failure.Message}"),
            // A conflict is "not now": the next look shows whether it is another object by now.
            ApiResult<bool>.Failed { Failure: var failure } => new Asked.Later($"{what} was not deleted, which is tried again: {failure.Message}"),
            _ => throw new InvalidOperationException("a result is Ok or Failed"),
        };
    }

    private static string Leaving(string what, UntypedObject found)
    {
        string held = found.Metadata.Finalizers is { Count: > 0 } finalizers ? $", and waits for its finalizers: {string.Join(", ", finalizers)}" : string.Empty;
        return $"{what} is being deleted{held}{(MachineSearch.ConditionText(found) is { } told ? $" ({told})" : "")}";
    }
}

/// <summary>From a node to the object that stands for its machine.</summary>
internal interface IMachineMapping
{
    Task<Preparation> FindAsync(RecycleContext recycle, CancellationToken cancellation);

    /// <inheritdoc cref="IReplacementMethod.PrepareFirstAsync"/>
    Task<Preparation> FindFirstAsync(RecycleContext recycle, CancellationToken cancellation) => Task.FromResult<Preparation>(
        new Preparation.Refused(IReplacementMethod.OnlyClusterApi));

    /// <inheritdoc cref="IReplacementMethod.BringFirstAsync"/>
    Task<Asked> BringFirstAsync(RecycleContext recycle, CancellationToken cancellation) =>
        throw new InvalidOperationException("a method that refuses is not asked");

    ResourceType<UntypedObject> TypeOf(ReplacedResource resource, RecycleContext recycle);

    /// <summary>What the provider is told before; null when it is done, otherwise why it is not done yet.</summary>
    Task<string?> BeforeDeleteAsync(ReplacedResource resource, RecycleContext recycle, CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <summary>What the provider is told when it goes, whoever has deleted it; null when it is done, otherwise why it is not done yet.</summary>
    Task<string?> AfterDeleteAsync(RecycleContext recycle, CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <summary>Where somebody else deletes it when told to; null: it is deleted.</summary>
    Task<Asked?> InsteadOfDeleteAsync(UntypedObject found, ResourceType<UntypedObject> type, RecycleContext recycle, CancellationToken cancellation) =>
        Task.FromResult<Asked?>(null);

    /// <inheritdoc cref="IReplacementMethod.TakeBackAsync"/>
    Task<string?> TakeBackAsync(RecycleContext recycle, CancellationToken cancellation) => Task.FromResult<string?>(null);
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
