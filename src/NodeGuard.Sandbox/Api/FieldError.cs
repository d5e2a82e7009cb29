using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Api;

/// <summary>A field that an object is refused for, in the API server's words.</summary>
/// <param name="Path">For example `spec.containers[0].name`.</param>
/// <param name="Reason">The cause's reason, for example `FieldValueInvalid`.</param>
/// <param name="Message">Without the path: `Required value: ...`.</param>
public sealed record FieldError(string Path, string Reason, string Message)
{
    public static FieldError Required(string path, string detail = "") =>
        new(path, "FieldValueRequired", With("Required value", detail));

    public static FieldError Invalid(string path, JsonNode? value, string detail) =>
        new(path, "FieldValueInvalid", $"Invalid value: {Show(value)}: {detail}");

    public static FieldError Unsupported(string path, JsonNode? value, IEnumerable<string> allowed) =>
        UnsupportedInOrder(path, value, allowed.Order(StringComparer.Ordinal));

    /// <summary>Where the server keeps the order in which the values were given.</summary>
    public static FieldError UnsupportedInOrder(string path, JsonNode? value, IEnumerable<string> allowed) => new(
        path, "FieldValueNotSupported",
        $"Unsupported value: {Show(value)}: supported values: " + string.Join(", ", allowed.Select(a => $"\"{a}\"")));

    public static FieldError Forbidden(string path, string detail) =>
        new(path, "FieldValueForbidden", $"Forbidden: {detail}");

    public static FieldError Duplicate(string path, JsonNode? value) =>
        new(path, "FieldValueDuplicate", $"Duplicate value: {Show(value)}");

    public static FieldError NotFound(string path, JsonNode? value) =>
        new(path, "FieldValueNotFound", $"Not found: {Show(value)}");

    public static FieldError TooLong(string path, int bytes) => new(
        path, "FieldValueTooLong",
        string.Create(CultureInfo.InvariantCulture, $"Too long: may not be more than {bytes} bytes"));

    public static FieldError TypeInvalid(string path, string found, string detail) =>
        new(path, "FieldValueTypeInvalid", $"Invalid value: \"{found}\": {detail}");

    private static string With(string title, string detail) => detail.Length == 0 ? title : $"{title}: {detail}";

    private static string Show(JsonNode? value) => value?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.String => $"\"{value.GetValue<string>()}\"",
        _ => System.Text.Encoding.UTF8.GetString(JsonText.Utf8(value)),
    };
}
