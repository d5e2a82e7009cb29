using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>How `kubectl get` shows storage.</summary>
internal static class VolumeColumns
{
    public static IReadOnlyList<PrinterColumn> Claims { get; } =
    [
        Columns.Name,
        Columns.Text("Status", static o => o.Text("metadata", "deletionTimestamp") is null ? o.Text("status", "phase") : "Terminating"),
        Columns.Text("Volume", static o => o.Text("spec", "volumeName") ?? ""),
        Columns.Text("Capacity", static o => o.Text("status", "capacity", "storage") ?? ""),
        Columns.Text("Access Modes", static o => Modes(o.Items("status", "accessModes"))),
        Columns.Text("StorageClass", static o => o.Text("spec", "storageClassName") ?? ""),
        Columns.Text("VolumeAttributesClass", static o => o.Text("spec", "volumeAttributesClassName") ?? "<unset>"),
        Columns.Age, Columns.Wide("VolumeMode", static o => o.Text("spec", "volumeMode") ?? "<unset>"),
    ];

    public static IReadOnlyList<PrinterColumn> Volumes { get; } =
    [
        Columns.Name, Columns.Text("Capacity", static o => o.Text("spec", "capacity", "storage") ?? ""),
        Columns.Text("Access Modes", static o => Modes(o.Items("spec", "accessModes"))),
        Columns.Text("Reclaim Policy", static o => o.Text("spec", "persistentVolumeReclaimPolicy") ?? ""),
        Columns.Text("Status", static o => o.Text("metadata", "deletionTimestamp") is null ? o.Text("status", "phase") : "Terminating"),
        Columns.Text("Claim", static o => o.Child("spec", "claimRef") is { } c ? $"{c.Text("namespace")}/{c.Text("name")}" : ""),
        Columns.Text("StorageClass", static o => o.Text("spec", "storageClassName") ?? ""),
        Columns.Text("VolumeAttributesClass", static o => o.Text("spec", "volumeAttributesClassName") ?? "<unset>"),
        Columns.Text("Reason", static o => o.Text("status", "reason") ?? ""), Columns.Age,
        Columns.Wide("VolumeMode", static o => o.Text("spec", "volumeMode") ?? "<unset>"),
    ];

    public static IReadOnlyList<PrinterColumn> Attachments { get; } =
    [
        Columns.Name, Columns.Text("Attacher", static o => o.Text("spec", "attacher")),
        Columns.Text("PV", static o => o.Text("spec", "source", "persistentVolumeName") ?? ""),
        Columns.Text("Node", static o => o.Text("spec", "nodeName")),
        new("Attached", "boolean", 0, "Attached", static (o, _) => o.Flag("status", "attached") ?? false), Columns.Age,
    ];

    public static IReadOnlyList<PrinterColumn> Classes { get; } =
    [
        new("Name", "string", 0, "Name", static (o, _) => IsDefault(o) ? $"{o.Text("metadata", "name")} (default)" : o.Text("metadata", "name")),
        Columns.Text("Provisioner", static o => o.Text("provisioner")),
        Columns.Text("ReclaimPolicy", static o => o.Text("reclaimPolicy") ?? "Delete"),
        Columns.Text("VolumeBindingMode", static o => o.Text("volumeBindingMode") ?? "Immediate"),
        Columns.Text("AllowVolumeExpansion", static o => o.Flag("allowVolumeExpansion") == true ? "true" : "false"), Columns.Age,
    ];

    private static bool IsDefault(JsonObject value) => value.Texts("metadata", "annotations")
        .Any(a => a is { Key: "storageclass.kubernetes.io/is-default-class", Value: "true" });

    private static string Modes(IEnumerable<JsonNode?> modes) => string.Join(',', modes.Select(m => m.Text() switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        var other => other,
    }));
}
