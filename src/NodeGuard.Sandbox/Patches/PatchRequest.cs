using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Ownership;
using NodeGuard.Sandbox.Schemas;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Patches;

/// <summary>A PATCH by the media type of its body.</summary>
public static class PatchRequest
{
    public const string Json = "application/json-patch+json";
    public const string Merge = "application/merge-patch+json";
    public const string Strategic = "application/strategic-merge-patch+json";
    public const string Apply = "application/apply-patch+yaml";

    public static ApiResult Serve(Cluster cluster, ApiRequest request, string type, JsonNode patch, IReadOnlyList<string> duplicates)
    {
        if (type == Apply)
            return ServerSideApply.Serve(cluster, request, patch, duplicates);
        if (FieldChecks.Report(request, [.. duplicates.Select(d => $"duplicate field \"{d}\"")]) is { } duplicated)
            return duplicated;
        return cluster.Write.Update(request, current => Edit(request, type, patch, current));
    }

    /// <summary>What a patch makes of an object in the storage version.</summary>
    public static Edit Edit(ApiRequest request, string type, JsonNode patch, JsonObject current)
    {
        ResourceInfo resource = request.Resource;
        JsonObject shown = resource.FromStorage?.Invoke(current) ?? current;
        if (type is Merge or Strategic && patch is not JsonObject)
            return ApiStatus.BadRequest("the patch must be a JSON object");
        string? error = null;
        JsonNode? patched = type switch
        {
            Json => JsonPatch.Apply(shown, patch, out error),
            Merge => MergePatch.Apply(shown, patch),
            Strategic when resource.BuiltIn => StrategicMergePatch.Apply(shown, (JsonObject)patch, BuiltInTypes.Of(resource), out error),
            _ => null,
        };
        if (error is not null)
            return type == Json
                ? new ApiStatus(422, "Invalid", $"the server rejected our request due to an error in our request: {error}")
                : new ApiStatus(422, "Invalid", $"the patch cannot be applied to {resource.GroupResource} \"{request.Name}\": {error}");
        if (type is not (Json or Merge or Strategic) && resource.BuiltIn)
            return new ApiStatus(415, "UnsupportedMediaType", "415: Unsupported Media Type");
        if (type is not (Json or Merge or Strategic) || (type == Strategic && !resource.BuiltIn))
        {
            return new ApiStatus(
                415, "UnsupportedMediaType",
                $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", Accepted(resource))}");
        }

        if (patched is not JsonObject value)
            return ApiStatus.BadRequest("the patch leaves no JSON object");
        return FieldChecks.Check(request, value, []) is { } refused
            ? Unfit(refused, patch)
            : resource.ToStorage?.Invoke(value) ?? value;
    }

    /// <summary>A patch that makes an object which cannot be decoded is itself what is invalid.</summary>
    private static ApiStatus Unfit(ApiStatus refused, JsonNode patch)
    {
        string why = refused.Message[(refused.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        string message = $"Invalid value: {JsonValue.Create(JsonText.Compact(patch)).ToJsonString()}: {why}";
        return new ApiStatus(422, "Invalid", $" \"\" is invalid: patch: {message}")
        {
            Causes = [new("FieldValueInvalid", message, "patch")],
        };
    }

    private static string[] Accepted(ResourceInfo resource) =>
        resource.BuiltIn ? [Json, Merge, Strategic, Apply] : [Json, Merge, Apply];
}
