using System.Text.Json.Nodes;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>What nodes and recycles say, as the judge reads them: without the controller's own code for that.</summary>
internal static class JudgedObjects
{
    public static bool IsFinal(JsonObject recycle) =>
        recycle.Text("status", "phase") is nameof(RecyclePhase.Succeeded) or nameof(RecyclePhase.Failed) or nameof(RecyclePhase.Cancelled);

    public static bool IsOver(JsonObject recycle) =>
        IsFinal(recycle) && recycle.At("metadata", "finalizers") is (null or JsonArray { Count: 0 });

    public static bool IsWaiting(JsonObject recycle) => recycle.Text("status", "phase") is null or nameof(RecyclePhase.Pending);

    public static string Told(JsonObject recycle) => $"{Name(recycle)} is {recycle.Text("status", "phase")}: {recycle.Text("status", "message")}";

    public static bool IsAway(JsonObject node) => node.Flag("spec", "unschedulable") == true || !IsReady(node);

    public static bool IsReady(JsonObject node) =>
        node.Items("status", "conditions").Any(static condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");

    /// <summary>Ours: the taint, or a cordon that says whose it is.</summary>
    public static string? MarkOf(JsonObject node) =>
        node.Items("spec", "taints").FirstOrDefault(static taint => taint.Text("key") == FleetKeys.RecycleTaint).Text("value")
        ?? (node.Flag("spec", "unschedulable") == true && !CordonedByOther(node) ? node.Text("metadata", "annotations", DrainKeys.CordonedBy) : null);

    // The annotation outlives a person's uncordon; who wrote the field last says whose cordon it is.
    private static bool CordonedByOther(JsonObject node) => node.Items("metadata", "managedFields").Any(static entry =>
        entry.Text("manager") is { } manager && manager != CordonDecision.FieldManager && entry.At("fieldsV1", "f:spec", "f:unschedulable") is not null);

    public static string Name(JsonObject item) => item.Text("metadata", "name")!;

    public static string Uid(JsonObject item) => item.Text("metadata", "uid")!;
}
