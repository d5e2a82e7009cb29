using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>Whether a node takes pods, and whose word that is. Each write holds only for the node that was read.</summary>
internal sealed class NodeCordon(IKubeApi api, TimeProvider time)
{
    private const int Tries = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <param name="cordonId">Empty: no annotation, as a person cordons.</param>
    /// <param name="seen">As read a moment ago, or null; if it has changed since, it is read again.</param>
    public Task<NodeWrite> SetAsync(string node, string cordonId, bool dryRun, Node? seen, CancellationToken cancellation) =>
        WriteAsync(node, cordonId, "be cordoned", dryRun, Decide, cancellation, seen);

    /// <summary>Only looks.</summary>
    public Task<NodeWrite> ReadAsync(string node, string cordonId, CancellationToken cancellation) =>
        WriteAsync(node, cordonId, "be read", dryRun: false, static (_, _) => null, cancellation);

    /// <summary>Undoes the cordon of an unfinished drain with this id, and no other.</summary>
    public Task<NodeWrite> TakeBackAsync(string node, string cordonId, CancellationToken cancellation) =>
        WriteAsync(
            node, cordonId, "be uncordoned", dryRun: false, static (owner, _) => owner == CordonOwner.Us ? Uncordoned() : null, cancellation);

    /// <summary>Undoes the cordon with this id, and no other.</summary>
    public Task<NodeWrite> ReleaseAsync(string node, string cordonId, CancellationToken cancellation) =>
        WriteAsync(
            node, cordonId, "be uncordoned", dryRun: false,
            static (owner, _) => owner is CordonOwner.Us or CordonOwner.EarlierDrain ? Uncordoned() : null, cancellation);

    /// <summary>Undoes any cordon.</summary>
    public Task<NodeWrite> ClearAsync(string node, bool dryRun, CancellationToken cancellation) =>
        WriteAsync(
            node, string.Empty, "be uncordoned", dryRun, static (owner, _) => owner == CordonOwner.None ? null : Uncordoned(), cancellation);

    /// <summary>Our cordon now stands for a drain that succeeded: a later one that fails leaves it.</summary>
    /// <param name="seen">As last seen; if it has changed since, it is read again.</param>
    public Task<NodeWrite> MarkDrainedAsync(string node, string cordonId, Node seen, CancellationToken cancellation)
    {
        string now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
        return WriteAsync(
            node, cordonId, $"have the annotation {DrainKeys.DrainedAt}", dryRun: false,
            (owner, _) => owner == CordonOwner.Us ? Annotated(new JsonObject { [DrainKeys.DrainedAt] = now }) : null, cancellation, seen);
    }

    private static JsonObject? Decide(CordonOwner owner, string cordonId)
    {
        if (owner != CordonOwner.None)
        {
            return null;
        }

        var patch = Annotated(new JsonObject
        {
            [DrainKeys.CordonedBy] = cordonId.Length > 0 ? cordonId : null,
            [DrainKeys.DrainedAt] = null,
        });
        patch["spec"] = new JsonObject { ["unschedulable"] = true };
        return patch;
    }

    private static JsonObject Uncordoned()
    {
        var patch = Annotated(new JsonObject { [DrainKeys.CordonedBy] = null, [DrainKeys.DrainedAt] = null });
        patch["spec"] = new JsonObject { ["unschedulable"] = null };
        return patch;
    }

    private static JsonObject Annotated(JsonObject annotations) => new() { ["metadata"] = new JsonObject { ["annotations"] = annotations } };

    private async Task<NodeWrite> WriteAsync(
        string node, string cordonId, string wanted, bool dryRun, Func<CordonOwner, string, JsonObject?> decide, CancellationToken cancellation,
        Node? seen = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            var read = attempt == 1 && seen is not null
                ? new ApiResult<Node>.Ok(seen)
                : await api.GetAsync(ResourceTypes.Nodes, new ObjectName(string.Empty, node), cancellation);
            var write = await TryAsync(read, cordonId, dryRun, decide, cancellation);
            if (write.Failure is not { } failure)
            {
                return write;
            }

            if (attempt == Tries || !MayPass(failure.Kind))
            {
                return write with { Text = $"node {node} was to {wanted}: {failure.Message}" };
            }

            var pause = FirstPause * Math.Pow(2, attempt - 1);
            await Task.Delay(failure.RetryAfter is { } asked && asked > pause ? asked : pause, time, cancellation);
        }
    }

    private async Task<NodeWrite> TryAsync(
        ApiResult<Node> read, string cordonId, bool dryRun, Func<CordonOwner, string, JsonObject?> decide, CancellationToken cancellation)
    {
        if (read is not ApiResult<Node>.Ok { Value: var found })
        {
            return new NodeWrite(CordonOwner.None, Changed: false, null, ((ApiResult<Node>.Failed)read).Failure);
        }

        var owner = CordonDecision.Owner(Observations.Node(found), cordonId);
        if (decide(owner, cordonId) is not { } patch)
        {
            return new NodeWrite(owner, Changed: false, found, null);
        }

        patch["metadata"]!["resourceVersion"] = found.Metadata.ResourceVersion;
        byte[] body = Encoding.UTF8.GetBytes(patch.ToJsonString());
        var written = await api.PatchAsync(
            ResourceTypes.Nodes, new ObjectName(string.Empty, found.Metadata.Name!), new Patch(PatchKind.Merge, body), subresource: null,
            new WriteOptions(CordonDecision.FieldManager, dryRun), cancellation);
        return written is ApiResult<Node>.Ok { Value: var node2 }
            ? new NodeWrite(CordonDecision.Owner(Observations.Node(node2), cordonId), Changed: true, node2, null)
            : new NodeWrite(owner, Changed: false, found, ((ApiResult<Node>.Failed)written).Failure);
    }

    private static bool MayPass(ApiFailureKind kind) => kind is
        ApiFailureKind.Conflict or ApiFailureKind.Throttled or ApiFailureKind.Timeout or ApiFailureKind.ServerError
        or ApiFailureKind.Unreachable or ApiFailureKind.Malformed;
}

/// <param name="Owner">Whose cordon the node has now, as far as known.</param>
/// <param name="Changed">False: it was so already.</param>
/// <param name="Node">As last read; null when it could not be.</param>
/// <param name="Text">With <paramref name="Failure"/>: a sentence that names the node and what was wanted.</param>
internal sealed record NodeWrite(CordonOwner Owner, bool Changed, Node? Node, ApiFailure? Failure, string Text = "");
