using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Api;

/// <summary>`metadata.managedFields`: who owns which field.</summary>
internal static class FieldOwnership
{
    /// <summary>Notes the fields that a plain write changed as the writer's.</summary>
    public static void Track(ApiRequest request, JsonObject value, JsonObject? old, DateTimeOffset now)
    {
        _ = (request, value, old, now);
    }
}
