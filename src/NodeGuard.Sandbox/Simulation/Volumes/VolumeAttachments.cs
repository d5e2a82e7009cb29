using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;
using NodeGuard.Sandbox.Simulation.Workloads;

namespace NodeGuard.Sandbox.Simulation.Volumes;

/// <summary>Attaches the volumes of a node's pods and detaches them when the last of their pods has left.</summary>
internal static class VolumeAttachments
{
    // The real attach-detach controller's patience with a kubelet that cannot unmount.
    private static readonly TimeSpan UnmountTimeout = TimeSpan.FromMinutes(6);

    /// <param name="node">A node.</param>
    /// <param name="used">The names of the volumes that pods on the node use, terminating pods included.</param>
    /// <param name="attachments">The node's attachments.</param>
    /// <param name="unusedSince">When an attachment was first seen unused.</param>
    /// <param name="now">The cluster's time.</param>
    /// <param name="settings">The time that a detachment takes.</param>
    public static Outcome Reconcile(
        JsonObject node,
        IReadOnlyCollection<string> used,
        IReadOnlyCollection<JsonObject> attachments,
        Func<JsonObject, DateTimeOffset> unusedSince,
        DateTimeOffset now,
        KubeletSettings settings)
    {
        var changes = new List<Change>();
        TimeSpan? again = null;
        string[] attached = [.. attachments.Select(VolumeOf)];
        changes.AddRange(used.Except(attached).Select(volume => new Change.Create(Kind.VolumeAttachment, New(node, volume))));
        changes.AddRange(attachments.Where(item => !item.Flag("status", "attached") && !item.IsDeleting()).SelectMany(Attach));
        TimeSpan patience = NodeHealth.Ready(node) == "True" || IsOutOfService(node) ? settings.DetachAfter : UnmountTimeout;
        foreach (JsonObject unused in attachments.Where(item => !used.Contains(VolumeOf(item))))
        {
            TimeSpan left = unusedSince(unused) + patience - now;
            if (left <= TimeSpan.Zero)
            {
                changes.Add(new Change.Delete(Kind.VolumeAttachment, unused));
            }
            else
            {
                again = again < left ? again : left;
            }
        }

        changes.AddRange(Report(node, [.. attached.Order(StringComparer.Ordinal)], used));
        return new Outcome(changes, again);
    }

    public static string VolumeOf(JsonObject attachment) => attachment.Text("spec", "source", "persistentVolumeName");

    private static bool IsOutOfService(JsonObject node) =>
        node.Items("spec", "taints").Any(taint => taint.Text("key") == "node.kubernetes.io/out-of-service");

    private static JsonObject New(JsonObject node, string volume) => new()
    {
        ["apiVersion"] = Kind.VolumeAttachment.ApiVersion(),
        ["kind"] = "VolumeAttachment",
        ["metadata"] = new JsonObject { ["name"] = $"csi-{PodTemplate.Hash(JsonValue.Create($"{volume}/{node.Name()}"))}" },
        ["spec"] = new JsonObject
        {
            ["attacher"] = VolumeBinding.Provisioner,
            ["nodeName"] = node.Name(),
            ["source"] = new JsonObject { ["persistentVolumeName"] = volume },
        },
    };

    private static IEnumerable<Change> Attach(JsonObject attachment) =>
        WorkloadStatus.Write(Kind.VolumeAttachment, attachment, status => status["attached"] = true);

    private static IEnumerable<Change> Report(JsonObject node, string[] attached, IReadOnlyCollection<string> used) =>
        attached.Length == 0 && node.At("status", "volumesAttached") is null
            ? []
            : WorkloadStatus.Write(Kind.Node, node, status =>
            {
                status["volumesAttached"] = new JsonArray([
                    .. attached.Select(volume => (JsonNode)new JsonObject { ["name"] = UniqueName(volume), ["devicePath"] = "" }),
                ]);
                status["volumesInUse"] = new JsonArray([.. used.Order(StringComparer.Ordinal).Select(volume => (JsonNode)UniqueName(volume))]);
            });

    private static string UniqueName(string volume) => $"kubernetes.io/csi/{VolumeBinding.Provisioner}^{volume}";
}
