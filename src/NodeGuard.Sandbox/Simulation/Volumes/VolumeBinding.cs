using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Volumes;

/// <summary>Gives each claim a volume at once, whatever its storage class says.</summary>
internal static class VolumeBinding
{
    public const string Provisioner = "sandbox.nodeguard.io/csi";

    public static string VolumeOf(JsonObject claim) =>
        claim.Text("spec", "volumeName") is { Length: > 0 } given ? given : $"pvc-{claim.Uid()}";

    public static Outcome Reconcile(JsonObject claim, JsonObject? volume)
    {
        if (claim.IsDeleting() || (claim.Text("status", "phase") == "Bound" && volume is not null))
        {
            return Outcome.Nothing;
        }

        var changes = new List<Change>();
        if (volume is null)
        {
            changes.Add(new Change.Create(Kind.PersistentVolume, NewVolume(claim)));
        }

        JsonObject bound = claim.Copy();
        bound.Ensure("spec")["volumeName"] = VolumeOf(claim);
        JsonObject status = bound.Ensure("status");
        status["phase"] = "Bound";
        status["accessModes"] = claim.At("spec", "accessModes")?.DeepClone() ?? new JsonArray("ReadWriteOnce");
        status["capacity"] = claim.At("spec", "resources", "requests")?.DeepClone() ?? new JsonObject { ["storage"] = "1Gi" };
        changes.Add(new Change.Update(Kind.PersistentVolumeClaim, bound));
        return new Outcome(changes);
    }

    /// <summary>A provisioned volume goes with its claim.</summary>
    public static Outcome Reclaim(JsonObject volume, JsonObject? claim) =>
        volume.Text("spec", "persistentVolumeReclaimPolicy") == "Delete" && !volume.IsDeleting()
        && volume.Text("spec", "claimRef", "uid") is { Length: > 0 } uid && claim?.Uid() != uid
            ? new Outcome([new Change.Delete(Kind.PersistentVolume, volume)])
            : Outcome.Nothing;

    private static JsonObject NewVolume(JsonObject claim) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "PersistentVolume",
        ["metadata"] = new JsonObject { ["name"] = VolumeOf(claim) },
        ["spec"] = new JsonObject
        {
            ["accessModes"] = claim.At("spec", "accessModes")?.DeepClone() ?? new JsonArray("ReadWriteOnce"),
            ["capacity"] = claim.At("spec", "resources", "requests")?.DeepClone() ?? new JsonObject { ["storage"] = "1Gi" },
            ["claimRef"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "PersistentVolumeClaim",
                ["namespace"] = claim.Namespace(),
                ["name"] = claim.Name(),
                ["uid"] = claim.Uid(),
            },
            ["csi"] = new JsonObject { ["driver"] = Provisioner, ["volumeHandle"] = VolumeOf(claim) },
            ["persistentVolumeReclaimPolicy"] = "Delete",
            ["storageClassName"] = claim.Text("spec", "storageClassName"),
            ["volumeMode"] = "Filesystem",
        },
        ["status"] = new JsonObject { ["phase"] = "Bound" },
    };
}
