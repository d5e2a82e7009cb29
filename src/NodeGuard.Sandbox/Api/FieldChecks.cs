using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Schemas;

namespace NodeGuard.Sandbox.Api;

/// <summary>What a body is refused or warned for before it is looked at as an object: kind, unknown and duplicate fields.</summary>
public static class FieldChecks
{
    public static ApiStatus? Check(ApiRequest request, JsonObject value, IReadOnlyList<string> duplicates)
    {
        ResourceInfo resource = request.Resource;
        string kind = value.Text("kind") ?? resource.Kind;
        string version = value.Text("apiVersion") ?? resource.ApiVersion;
        if (kind != resource.Kind || version != resource.ApiVersion)
        {
            if (version == resource.ApiVersion && resource.BuiltIn)
            {
                return ApiStatus.BadRequest(
                    $"{kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: it is of another kind");
            }

            return ApiStatus.BadRequest(
                $"the API version and kind in the data ({version}, Kind={kind}) do not match the expected ones ({resource.ApiVersion}, Kind={resource.Kind})");
        }

        if (!resource.BuiltIn && MetadataTypes.Error(value) is { } mistyped)
        {
            return ApiStatus.BadRequest(
                $"{kind} in version \"{resource.Version}\" cannot be handled as a {kind}: {mistyped}");
        }

        List<string> faults = [.. duplicates.Select(d => $"duplicate field \"{d}\"")];
        if (resource.BuiltIn && BuiltInTypes.Of(version, kind) is { } type && FieldDecoding.Decode(value, type, faults) is { } wrong)
        {
            return ApiStatus.BadRequest($"{kind} in version \"{resource.Version}\" cannot be handled as a {kind}: {wrong}");
        }

        return Report(request, faults);
    }

    /// <summary>Refuses, warns or says nothing, as the request asks.</summary>
    public static ApiStatus? Report(ApiRequest request, IReadOnlyList<string> faults)
    {
        if (faults.Count == 0 || request.FieldValidation == FieldValidation.Ignore)
            return null;
        if (request.FieldValidation == FieldValidation.Strict)
        {
            return ApiStatus.BadRequest(
                $"{request.Resource.Kind} in version \"{request.Resource.Version}\" cannot be handled as a {request.Resource.Kind}: strict decoding error: {string.Join(", ", faults)}");
        }

        foreach (string fault in faults)
            request.Warnings.Add(fault);
        return null;
    }
}
