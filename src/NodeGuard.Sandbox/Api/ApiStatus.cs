using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Api;

public sealed record StatusCause(string Reason, string Message, string? Field = null);

/// <summary>What a request was refused with: the Kubernetes object `Status`.</summary>
public sealed record ApiStatus(int Code, string Reason, string Message)
{
    public string? Name { get; init; }

    public string? Group { get; init; }

    /// <summary>The plural of the resource, or for invalid objects their kind.</summary>
    public string? Kind { get; init; }

    public string? Uid { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    public static ApiStatus NotFound(ResourceInfo resource, string name) =>
        On(resource, name, new(404, "NotFound", $"{resource.GroupResource} \"{name}\" not found"));

    public static ApiStatus AlreadyExists(ResourceInfo resource, string name) =>
        On(resource, name, new(409, "AlreadyExists", $"{resource.GroupResource} \"{name}\" already exists"));

    public static ApiStatus Conflict(ResourceInfo resource, string name, string why) => On(
        resource, name,
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.GroupResource} \"{name}\": {why}"));

    /// <summary>A deletion's conflict, which the server tells of the kind instead of the resource.</summary>
    public static ApiStatus PreconditionFailed(ResourceInfo resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.GroupKind} \"{name}\": {why}")
        {
            Name = name,
            Group = resource.Group,
            Kind = resource.Kind,
        };

    public static ApiStatus Modified(ResourceInfo resource, string name) => Conflict(
        resource, name,
        "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiStatus Forbidden(ResourceInfo resource, string name, string why) => On(
        resource, name,
        new(403, "Forbidden", name.Length == 0
            ? $"{resource.GroupResource} is forbidden: {why}"
            : $"{resource.GroupResource} \"{name}\" is forbidden: {why}"));

    public static ApiStatus BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiStatus Internal(string message) => new(500, "InternalError", message);

    public static ApiStatus Expired(string message) => new(410, "Expired", message);

    public static ApiStatus TooLargeVersion(long wanted, long current) =>
        new(504, "Timeout", $"Too large resource version: {wanted}, current: {current}")
        {
            RetryAfterSeconds = 1,
            Causes = [new("ResourceVersionTooLarge", "Too large resource version")],
        };

    public static ApiStatus MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    public static ApiStatus NoSuchPath() =>
        new(404, "NotFound", "the server could not find the requested resource");

    public static ApiStatus TooManyRequests(string message, int retryAfterSeconds) =>
        new(429, "TooManyRequests", message) { RetryAfterSeconds = retryAfterSeconds };

    /// <summary>What a real cluster does and this one does not; 405 is what kubectl shows the message of.</summary>
    public static ApiStatus NotDoneHere(string what) =>
        new(405, "MethodNotAllowed", $"the sandbox does not do this: {what}");

    /// <summary>422 with a cause for each field.</summary>
    public static ApiStatus Invalid(ResourceInfo resource, string name, IReadOnlyList<FieldError> errors)
    {
        string[] lines = [.. errors.Select(e => $"{e.Path}: {e.Message}").Distinct()];
        string all = lines.Length == 1 ? lines[0] : $"[{string.Join(", ", lines)}]";
        return new ApiStatus(422, "Invalid", $"{resource.GroupKind} \"{name}\" is invalid: {all}")
        {
            Name = name,
            Group = resource.Group,
            Kind = resource.Kind,
            Causes = [.. errors.Select(e => new StatusCause(e.Reason, e.Message, e.Path))],
        };
    }

    /// <summary>422 for the options of a request: ListOptions, CreateOptions and so on.</summary>
    public static ApiStatus InvalidOptions(string kind, FieldError error) =>
        new(422, "Invalid", $"{kind}.meta.k8s.io \"\" is invalid: {error.Path}: {error.Message}")
        {
            Group = "meta.k8s.io",
            Kind = kind,
            Causes = [new StatusCause(error.Reason, error.Message, error.Path)],
        };

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = Code < 300 ? "Success" : "Failure",
        };
        if (Message.Length > 0)
            json["message"] = Message;
        if (Reason.Length > 0)
            json["reason"] = Reason;
        if (Details() is { Count: > 0 } details)
            json["details"] = details;
        json["code"] = Code;
        return json;
    }

    private static ApiStatus On(ResourceInfo resource, string name, ApiStatus status) =>
        status with { Name = name, Group = resource.Group, Kind = resource.Plural };

    private static JsonObject CauseJson(StatusCause cause)
    {
        var json = new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message };
        if (cause.Field is not null)
            json["field"] = cause.Field;
        return json;
    }

    private JsonObject Details()
    {
        var details = new JsonObject();
        foreach ((string field, string? value) in (ReadOnlySpan<(string, string?)>)
            [("name", Name), ("group", Group), ("kind", Kind), ("uid", Uid)])
        {
            if (!string.IsNullOrEmpty(value))
                details[field] = value;
        }

        if (Causes.Count > 0)
            details["causes"] = new JsonArray([.. Causes.Select(CauseJson)]);
        if (RetryAfterSeconds is > 0 and { } seconds)
            details["retryAfterSeconds"] = seconds;
        return details;
    }
}
