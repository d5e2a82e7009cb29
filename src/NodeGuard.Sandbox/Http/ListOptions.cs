using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Selectors;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Http;

/// <summary>The query of a list or watch.</summary>
internal sealed record ListOptions
{
    public LabelSelector Labels { get; init; } = LabelSelector.Everything;

    public required FieldSelector Fields { get; init; }

    public long Limit { get; init; }

    /// <summary>The last key of the chunk before; null for the first.</summary>
    public string? After { get; init; }

    /// <summary>Null when unset.</summary>
    public long? ResourceVersion { get; init; }

    /// <summary>Exact, NotOlderThan or empty.</summary>
    public string Match { get; init; } = "";

    public bool Bookmarks { get; init; }

    public bool SendInitialEvents { get; init; }

    public bool SendInitialEventsSet { get; init; }

    public TimeSpan? Timeout { get; init; }

    public bool Matches(StoredObject stored) => Labels.Matches(stored.Value) && Fields.Matches(stored.Value);

    public static ListOptions? Parse(IQueryCollection query, ResourceInfo resource, out ApiStatus? refused)
    {
        refused = null;
        string? wrong = null;
        LabelSelector? labels = LabelSelector.Parse(query["labelSelector"], out string? badLabels);
        FieldSelector? fields = FieldSelector.Parse(query["fieldSelector"], resource, out string? badFields);
        wrong = badLabels ?? badFields;
        long? version = Number(query["resourceVersion"], "resourceVersion", ref wrong);
        long? limit = Number(query["limit"], "limit", ref wrong);
        long? timeout = Number(query["timeoutSeconds"], "timeoutSeconds", ref wrong);
        string match = query["resourceVersionMatch"].ToString();
        string? after = null;
        if (query["continue"].ToString() is { Length: > 0 } token)
        {
            (long Version, string After)? place = DecodeContinue(token);
            if (place is null)
                wrong ??= "invalid continue token: continue key is not valid: it is not one that this server gave";
            else if (version is > 0)
                wrong ??= "specifying resource version is not allowed when using continue";
            (version, after, match) = (place?.Version, place?.After, "Exact");
        }

        if (wrong is not null)
        {
            refused = ApiStatus.BadRequest(wrong);
            return null;
        }

        var options = new ListOptions
        {
            Labels = labels!,
            Fields = fields!,
            Limit = limit ?? 0,
            After = after,
            ResourceVersion = version,
            Match = match,
            Bookmarks = query["allowWatchBookmarks"] == "true" || query["allowWatchBookmarks"] == "1",
            SendInitialEvents = query["sendInitialEvents"] == "true",
            SendInitialEventsSet = query.ContainsKey("sendInitialEvents"),
            Timeout = timeout is > 0 and { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        refused = options.Check(query.ContainsKey("watch") && query["watch"] != "false");
        return refused is null ? options : null;
    }

    public static string EncodeContinue(long version, string after) => Convert.ToBase64String(JsonText.Utf8(new JsonObject
    {
        ["v"] = "meta.k8s.io/v1",
        ["rv"] = version,
        ["start"] = after,
    })).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    private static (long Version, string After)? DecodeContinue(string token)
    {
        string padded = token.Replace('-', '+').Replace('_', '/').PadRight((token.Length + 3) / 4 * 4, '=');
        byte[] bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out int length))
            return null;
        JsonNode? node = JsonBody.Parse(bytes.AsSpan(0, length), [], out string? error);
        return error is null && node.Number("rv") is { } version && node.Text("start") is { } start ? (version, start) : null;
    }

    private static long? Number(string? text, string name, ref string? wrong)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            return number;
        wrong ??= $"{name}: Invalid value: \"{text}\": must be a non-negative integer";
        return null;
    }

    private ApiStatus? Check(bool watch)
    {
        string? wrong = (watch, Match, ResourceVersion) switch
        {
            (true, not "", _) when !SendInitialEventsSet =>
                "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
            (true, not "NotOlderThan", _) when SendInitialEventsSet =>
                "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            (false, _, _) when SendInitialEventsSet =>
                "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list",
            (false, not "", null) =>
                "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
            (false, "Exact", 0) =>
                "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
            (_, not ("" or "Exact" or "NotOlderThan"), _) =>
                $"resourceVersionMatch: Unsupported value: \"{Match}\": supported values: \"Exact\", \"NotOlderThan\"",
            _ => null,
        };
        return wrong is null ? null : ApiStatus.InvalidOptions("ListOptions", OptionError(wrong));
    }

    /// <summary>Of `field: Title: detail`.</summary>
    private static FieldError OptionError(string text)
    {
        int colon = text.IndexOf(": ", StringComparison.Ordinal);
        string message = text[(colon + 2)..];
        bool forbidden = message.StartsWith("Forbidden", StringComparison.Ordinal);
        return new FieldError(text[..colon], forbidden ? "FieldValueForbidden" : "FieldValueNotSupported", message);
    }
}
