using System.Text.Json.Nodes;
using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles;

/// <summary>Keeps a NodeRecycle until what it did to its node is undone.</summary>
internal sealed class UndoFinalizer(IKubeApi api)
{
    /// <returns>Null when it is there.</returns>
    public Task<ApiFailure?> AddAsync(NodeRecycle recycle, CancellationToken cancellation) =>
        WriteAsync(recycle, [.. (recycle.Metadata.Finalizers ?? []).Append(FleetKeys.UndoFinalizer)], cancellation);

    /// <returns>Null when it is gone.</returns>
    public Task<ApiFailure?> RemoveAsync(NodeRecycle recycle, CancellationToken cancellation) =>
        WriteAsync(recycle, [.. (recycle.Metadata.Finalizers ?? []).Where(static name => name != FleetKeys.UndoFinalizer)], cancellation);

    private async Task<ApiFailure?> WriteAsync(NodeRecycle recycle, string[] finalizers, CancellationToken cancellation)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = recycle.Metadata.ResourceVersion,
                ["finalizers"] = new JsonArray([.. finalizers.Select(static name => (JsonNode)name)]),
            },
        };
        var written = await api.PatchAsync(
            ResourceTypes.NodeRecycles, new ObjectName(string.Empty, recycle.Metadata.Name!), Patches.Merge(patch), subresource: null,
            new WriteOptions(ControllerNames.FieldManager), cancellation);
        return written is ApiResult<NodeRecycle>.Failed { Failure: { Kind: not ApiFailureKind.NotFound } failure } ? failure : null;
    }
}
