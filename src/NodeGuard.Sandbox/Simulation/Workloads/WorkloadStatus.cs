using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>Status updates of the workload kinds.</summary>
internal static class WorkloadStatus
{
    /// <summary>The object with its status changed, or nothing when it already is so.</summary>
    /// <param name="change">Gets a copy of the status.</param>
    public static IEnumerable<Change> Write(Kind kind, JsonObject item, Action<JsonObject> change)
    {
        JsonObject status = item.At("status") is JsonObject current ? current.Copy() : [];
        change(status);
        if (JsonNode.DeepEquals(status, item.At("status") ?? new JsonObject()))
        {
            return [];
        }

        JsonObject changed = item.Copy();
        changed["status"] = status;
        return [new Change.Update(kind, changed)];
    }

    public static void Observe(JsonObject status, JsonObject item)
    {
        if (item.At("metadata", "generation")?.DeepClone() is { } generation)
        {
            status["observedGeneration"] = generation;
        }
    }

    /// <summary>Sets a count; the API leaves a count of 0 out except where it is required.</summary>
    public static void Count(JsonObject status, string field, int value, bool required = false)
    {
        if (value == 0 && !required)
        {
            status.Remove(field);
        }
        else
        {
            status[field] = value;
        }
    }
}
