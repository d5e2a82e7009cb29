using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>Waits, after the pods are gone, until the node has let go of their volumes.</summary>
internal sealed class VolumeDetachment(IKubeApi api, TimeProvider time, string node, Action<DrainEvent> tell) : IFollower<VolumeAttachment>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DrainAttachment> _attached = [];
    private readonly TaskCompletionSource<VolumeState> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlySet<string> _staying = new HashSet<string>();
    private IReadOnlyList<string> _told = [];

    /// <param name="staying">Pods that stay on the node, and keep their volumes.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<VolumeState> WaitAsync(IReadOnlyList<DrainPod> staying, TimeSpan patience, CancellationToken cancellation)
    {
        if (await StayingVolumesAsync(staying, cancellation) is not { } volumes)
        {
            return VolumeState.Unknown;
        }

        _staying = volumes;
        var askedAt = time.GetUtcNow();
        var (all, version, failure) = await PagedList.ReadAsync(api, ResourceTypes.VolumeAttachments, new ListQuery(), cancellation);
        if (failure is null)
            Listed(all, askedAt);
        else
            Failing(failure);
        if (_done.Task.IsCompleted)
            return await _done.Task;

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = new Following<VolumeAttachment>(api, time, ResourceTypes.VolumeAttachments, new ListQuery(), this)
            .RunAsync(failure is null ? version : null, ends.Token);
        try
        {
            return await _done.Task.WaitAsync(patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            return GiveUp(patience);
        }
        finally
        {
            ends.CancelHere();
            await following.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Listed(IReadOnlyList<VolumeAttachment> all, DateTimeOffset askedAt) => Look(() =>
    {
        _attached.Clear();
        foreach (var attachment in all)
        {
            _attached[attachment.Metadata.Name!] = Observations.Attachment(attachment);
        }
    });

    public void Changed(VolumeAttachment value) => Look(() => _attached[value.Metadata.Name!] = Observations.Attachment(value));

    public void Removed(VolumeAttachment value) => Look(() => _attached.Remove(value.Metadata.Name!));

    public void Failing(ApiFailure failure)
    {
        if (failure.Kind is ApiFailureKind.Forbidden or ApiFailureKind.Unauthorized or ApiFailureKind.NotFound)
        {
            Unknown(failure);
        }
    }

    private void Look(Action change)
    {
        lock (_gate)
        {
            change();
            var left = DetachWait.Left(node, _attached.Values, _staying);
            if (left.Count == 0)
            {
                _done.TrySetResult(VolumeState.Detached);
            }
            else if (!left.SequenceEqual(_told) && !_done.Task.IsCompleted)
            {
                _told = left;
                tell(new DrainEvent.VolumesWaiting(time.GetUtcNow(), node, left));
            }
        }
    }

    private VolumeState GiveUp(TimeSpan patience)
    {
        lock (_gate)
        {
            tell(new DrainEvent.Warning(
                time.GetUtcNow(), node, null,
                _told.Count > 0
                    ? $"still attached to node {node} after {patience:g}: {string.Join(", ", _told)}; look at their VolumeAttachments"
                    : $"whether volumes are attached to node {node} could not be read within {patience:g}"));
            return _told.Count > 0 ? VolumeState.StillAttached : VolumeState.Unknown;
        }
    }

    private async Task<IReadOnlySet<string>?> StayingVolumesAsync(IReadOnlyList<DrainPod> staying, CancellationToken cancellation)
    {
        var volumes = new HashSet<string>();
        foreach (var claim in staying.SelectMany(pod => pod.Claims.Select(claim => new ObjectName(pod.Id.Namespace, claim))).Distinct())
        {
            var read = await api.GetAsync(ResourceTypes.PersistentVolumeClaims, claim, cancellation);
            if (read is ApiResult<PersistentVolumeClaim>.Ok { Value.Spec.VolumeName: { } volume })
            {
                volumes.Add(volume);
            }
            else if (read is ApiResult<PersistentVolumeClaim>.Failed { Failure: { Kind: not ApiFailureKind.NotFound } failure })
            {
                Unknown(failure);
                return null;
            }
        }

        return volumes;
    }

    private void Unknown(ApiFailure failure)
    {
        tell(new DrainEvent.Warning(
            time.GetUtcNow(), node, null, $"whether the volumes of node {node} are detached is not known: {failure.Message}"));
        _done.TrySetResult(VolumeState.Unknown);
    }
}
