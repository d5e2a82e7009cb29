using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>`pods/binding`: a scheduler gives a pod its node.</summary>
internal static class PodBinding
{
    public static Subresource Subresource { get; } = new("", "v1", "Binding", ["create"], Bind);

    private static ApiResult Bind(Cluster cluster, ApiRequest request, JsonObject? body)
    {
        string node = body.Text("target", "name") ?? "";
        if (node.Length == 0)
            return ApiStatus.Invalid(request.Resource, request.Name, [FieldError.Required("target.name")]);
        ApiResult result = cluster.Write.Update(request, pod => Bound(cluster, request, pod, node));
        return result.Succeeded
            ? ApiResult.Of(new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 }, 201)
            : result;
    }

    private static Edit Bound(Cluster cluster, ApiRequest request, JsonObject pod, string node)
    {
        if (pod.Text("spec", "nodeName") is { Length: > 0 } bound)
            return ApiStatus.Conflict(request.Resource, request.Name, $"pod {request.Name} is already assigned to node \"{bound}\"");
        if (pod.Text("metadata", "deletionTimestamp") is not null)
            return ApiStatus.Conflict(request.Resource, request.Name, $"pod {request.Name} is being deleted, cannot be assigned to a host");
        JsonObject assigned = pod.Clone();
        assigned.Ensure("spec")["nodeName"] = node;
        JsonObject status = assigned.Ensure("status");
        JsonNode?[] others = [.. status.Items("conditions").Where(c => c.Text("type") != "PodScheduled").Select(c => c?.DeepClone())];
        status["conditions"] = new JsonArray([.. others, new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "True",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = cluster.Clock.GetUtcNow().ToKubernetesTime(),
        }]);
        return assigned;
    }
}
