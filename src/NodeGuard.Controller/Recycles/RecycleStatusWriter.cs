using System.Text.Json;
using Microsoft.Extensions.Logging;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Controller.Recycles;

/// <summary>Writes a recycle's status on top of the version that was read: of two writers, one is refused and looks again.</summary>
internal sealed partial class RecycleStatusWriter(IKubeApi api, ILogger log)
{
    /// <returns>Null when it was written; otherwise why not.</returns>
    public async Task<ApiFailure?> WriteAsync(NodeRecycle read, Action<NodeRecycleStatus> change, CancellationToken cancellation)
    {
        NodeRecycle copy = Copy(read);
        copy.Status ??= new NodeRecycleStatus();
        change(copy.Status);
        copy.Status.ObservedGeneration = copy.Metadata.Generation;
        if (await api.ReplaceAsync(ResourceTypes.NodeRecycles, copy, "status", new WriteOptions(ControllerNames.FieldManager), cancellation)
            is not ApiResult<NodeRecycle>.Failed { Failure: var failure })
        {
            return null;
        }

        // A conflict only says that what was read is not the newest: the next look is at that.
        if (failure.Kind != ApiFailureKind.Conflict)
            NotWritten(log, read.Metadata.Name ?? string.Empty, failure.Message);
        return failure;
    }

    [LoggerMessage(1, LogLevel.Warning, "the status of recycle {Recycle} was not written, and is tried again: {Message}")]
    private static partial void NotWritten(ILogger log, string recycle, string message);

    public static void SetCondition(NodeRecycleStatus status, string type, bool holds, string reason, string message, DateTimeOffset now)
    {
        status.Conditions ??= [];
        Condition? known = status.Conditions.Find(condition => condition.Type == type);
        string value = holds ? "True" : "False";
        if (known is null)
            status.Conditions.Add(known = new Condition { Type = type });
        if (known.Status != value)
            known.LastTransitionTime = now;
        (known.Status, known.Reason, known.Message) = (value, reason, message);
    }

    public static bool Holds(NodeRecycle recycle, string type) =>
        recycle.Status?.Conditions?.Exists(condition => condition.Type == type && condition.Status == "True") == true;

    // Objects of a cache are shared: changes are made to a copy.
    private static NodeRecycle Copy(NodeRecycle recycle) => JsonSerializer.Deserialize(
        JsonSerializer.SerializeToUtf8Bytes(recycle, KubeJsonContext.Default.NodeRecycle), KubeJsonContext.Default.NodeRecycle)!;
}
