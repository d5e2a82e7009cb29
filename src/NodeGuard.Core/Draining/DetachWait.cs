namespace NodeGuard.Core.Draining;

/// <summary>A VolumeAttachment as observed.</summary>
/// <param name="Volume">The PersistentVolume; the attachment's own name for a volume that has none.</param>
public sealed record DrainAttachment(string Name, string Node, string Volume);

/// <summary>Which volumes a drained node still has to let go of.</summary>
public static class DetachWait
{
    /// <summary>
    /// The volumes attached to the node that no staying pod uses. The cluster alone tells it: a drain that was started again
    /// does not know which pods had gone before.
    /// </summary>
    /// <param name="stayingVolumes">PersistentVolumes of the pods that stay on the node.</param>
    public static IReadOnlyList<string> Left(string node, IEnumerable<DrainAttachment> attachments, IReadOnlySet<string> stayingVolumes) =>
    [
        .. attachments.Where(attachment => attachment.Node == node && !stayingVolumes.Contains(attachment.Volume))
            .Select(attachment => attachment.Volume).Distinct().Order(StringComparer.Ordinal),
    ];
}
