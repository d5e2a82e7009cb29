using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Eviction;

/// <summary>`deleteOptions` of an eviction, which may say "dry run" besides the request.</summary>
internal static class DeleteOptionsBody
{
    /// <summary>Null when the options are read; else why they are refused.</summary>
    public static ApiStatus? Read(ApiRequest request, JsonObject? json, out DeleteOptions options, out bool dryRun)
    {
        options = DeleteOptions.FromJson(json);
        string[] own = [.. json.Items("dryRun").Select(d => d.Text() ?? "")];
        dryRun = request.DryRun || own.Length > 0;
        return request.DryRun && own.Length > 0 && own is not ["All"]
            ? new ApiStatus(
                500, "",
                $"Non-matching dry-run options in request and content: [All] and [{string.Join(' ', own)}]")
            : null;
    }
}
