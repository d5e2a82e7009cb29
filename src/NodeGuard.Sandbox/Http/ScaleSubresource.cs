using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Patches;

namespace NodeGuard.Sandbox.Http;

/// <summary>`autoscaling/v1 Scale` of what has replicas.</summary>
internal static class ScaleSubresource
{
    private static readonly ResourceInfo Shape = new()
    {
        Group = "autoscaling",
        Version = "v1",
        Plural = "scales",
        Singular = "scale",
        Kind = "Scale",
        Namespaced = true,
    };

    public static ApiResult Serve(Cluster cluster, ApiRequest request, Body body)
    {
        ScalePaths paths = request.Resource.Scale!;
        if (request.Verb == "get")
        {
            return cluster.Store.Get(request.Resource.StorageKey, request.Key) is { } stored
                ? ApiResult.Of(Scale(paths, stored.Value))
                : ApiStatus.NotFound(request.Resource, request.Name);
        }

        if (request.Verb is not ("update" or "patch") || body.Node is not { } wanted)
            return ApiStatus.MethodNotAllowed();
        ApiResult result = cluster.Write.Update(request, current => Edit(request, paths, current, wanted, body.MediaType));
        return result is { Succeeded: true, Object: { } updated } ? ApiResult.Of(Scale(paths, updated), result.Code) : result;
    }

    private static Edit Edit(ApiRequest request, ScalePaths paths, JsonObject current, JsonNode wanted, string type)
    {
        JsonNode scale = wanted;
        if (request.Verb == "patch")
        {
            Edit patched = PatchRequest.Edit(request with { Resource = Shape }, type, wanted, Scale(paths, current));
            if (patched.Refused is { } refused)
                return refused;
            scale = patched.Object!;
        }

        long replicas = scale.Number("spec", "replicas") ?? 0;
        if (replicas < 0)
        {
            return ApiStatus.Invalid(
                Shape, request.Name,
                [FieldError.Invalid("spec.replicas", replicas, "must be greater than or equal to 0")]);
        }

        JsonObject edited = current.Clone();
        string[] path = paths.SpecReplicas.Split('.');
        edited.Ensure(path.AsSpan(0, path.Length - 1))[path[^1]] = replicas;
        if (scale.Text("metadata", "resourceVersion") is { Length: > 0 } version)
            edited["metadata"]!["resourceVersion"] = version;
        else
            edited["metadata"]!.AsObject().Remove("resourceVersion");
        return edited;
    }

    private static JsonObject Scale(ScalePaths paths, JsonObject value)
    {
        var meta = new JsonObject();
        foreach (string field in (string[])["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
            meta.CopyFrom(value["metadata"]!.AsObject(), field);
        var status = new JsonObject { ["replicas"] = value.Number(paths.StatusReplicas.Split('.')) ?? 0 };
        if (paths.LabelSelector is { } path)
            status["selector"] = SelectorText(value.At(path.Split('.')));
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = meta,
            ["spec"] = new JsonObject { ["replicas"] = value.Number(paths.SpecReplicas.Split('.')) ?? 0 },
            ["status"] = status,
        };
    }

    private static string SelectorText(JsonNode? selector) => selector.Text()
        ?? string.Join(',', selector.Texts("matchLabels").Select(l => $"{l.Key}={l.Value}").Order(StringComparer.Ordinal));
}
