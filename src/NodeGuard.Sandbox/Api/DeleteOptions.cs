using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Api;

/// <summary>`meta/v1 DeleteOptions`.</summary>
public sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Foreground, Background or Orphan; null is the resource's default.</summary>
    public string? PropagationPolicy { get; init; }

    public string? PreconditionUid { get; init; }

    public string? PreconditionResourceVersion { get; init; }

    public static DeleteOptions FromJson(JsonObject? json) => json is null ? new() : new()
    {
        GracePeriodSeconds = json.Number("gracePeriodSeconds"),
        PropagationPolicy = json.Text("propagationPolicy")
            ?? (json.Flag("orphanDependents") is { } orphan ? orphan ? "Orphan" : "Background" : null),
        PreconditionUid = json.Text("preconditions", "uid"),
        PreconditionResourceVersion = json.Text("preconditions", "resourceVersion"),
    };

    /// <summary>Null when they are valid.</summary>
    public ApiStatus? Check()
    {
        if (PropagationPolicy is null or "Foreground" or "Background" or "Orphan")
            return null;
        var error = FieldError.UnsupportedInOrder("propagationPolicy", PropagationPolicy, ["Foreground", "Background", "Orphan", "nil"]);
        return ApiStatus.InvalidOptions("DeleteOptions", error);
    }

    /// <summary>Why the preconditions fail for an object; null when they hold.</summary>
    public string? Unmet(JsonObject current)
    {
        string? uid = current.Text("metadata", "uid");
        if (PreconditionUid is not null && PreconditionUid != uid)
        {
            return $"the UID in the precondition ({PreconditionUid}) does not match the UID in record ({uid}). The object might have been deleted and then recreated";
        }

        string? version = current.Text("metadata", "resourceVersion");
        return PreconditionResourceVersion is not null && PreconditionResourceVersion != version
            ? $"the ResourceVersion in the precondition ({PreconditionResourceVersion}) does not match the ResourceVersion in record ({version}). The object might have been modified"
            : null;
    }
}
