using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Eviction;

/// <summary>The pod condition that tells its owner why it goes.</summary>
internal static class DisruptionTarget
{
    /// <summary>The pod with the condition, or why the deletion's preconditions fail for it.</summary>
    public static Edit Mark(string name, JsonObject pod, DeleteOptions options, DateTimeOffset now)
    {
        if (Unmet(pod, options) is { } unmet)
        {
            return new ApiStatus(409, "Conflict", $"Operation cannot be fulfilled on Pod \"{name}\": {unmet}")
            {
                Name = name,
                Kind = "Pod",
            };
        }

        JsonObject marked = pod.Clone();
        JsonObject status = marked.Ensure("status");
        if (status["conditions"] is not JsonArray conditions)
            status["conditions"] = conditions = [];
        JsonObject? condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == "DisruptionTarget");
        bool already = condition.Text("status") == "True";
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = "DisruptionTarget", ["lastProbeTime"] = null };
            conditions.Add((JsonNode)condition);
        }

        condition["status"] = "True";
        condition["reason"] = "EvictionByEvictionAPI";
        condition["message"] = "Eviction API: evicting";
        if (!already)
            condition["lastTransitionTime"] = now.ToKubernetesTime();
        return marked;
    }

    private static string? Unmet(JsonObject pod, DeleteOptions options)
    {
        string? uid = pod.Text("metadata", "uid");
        string? version = pod.Text("metadata", "resourceVersion");
        if (options.PreconditionUid is { Length: > 0 } wantedUid && wantedUid != uid)
        {
            return $"the UID in the precondition ({wantedUid}) does not match the UID in record ({uid}). "
                + "The object might have been deleted and then recreated";
        }

        return options.PreconditionResourceVersion is { Length: > 0 } wanted && wanted != version
            ? $"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). "
                + "The object might have been modified"
            : null;
    }
}
