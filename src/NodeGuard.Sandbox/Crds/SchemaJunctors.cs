using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>`anyOf`, `oneOf`, `allOf` and `not`.</summary>
internal static class SchemaJunctors
{
    public static IEnumerable<FieldError> Errors(string path, JsonNode value, JsonObject schema)
    {
        // The two alternatives of int-or-string are already its type.
        if (Failures(path, value, schema, "anyOf") is { Length: > 0 } any && any.All(f => f.Length > 0))
        {
            yield return Composite($"\"{path}\" must validate at least one schema (anyOf)");
            foreach (FieldError error in any.MinBy(f => f.Length)!)
                yield return error;
        }

        if (Failures(path, value, schema, "oneOf") is { Length: > 0 } one && one.Count(f => f.Length == 0) is not 1 and int fits)
        {
            string found = fits == 0 ? "Found none valid" : $"Found {fits} valid alternatives";
            yield return Composite($"\"{path}\" must validate one and only one schema (oneOf). {found}");
            foreach (FieldError error in fits == 0 ? one.MinBy(f => f.Length)! : [])
                yield return error;
        }

        if (Failures(path, value, schema, "allOf") is { Length: > 0 } all && all.Any(f => f.Length > 0))
        {
            string none = all.All(f => f.Length > 0) ? ". None validated" : "";
            foreach (FieldError error in all.SelectMany(f => f))
                yield return error;
            yield return Composite($"\"{path}\" must validate all the schemas (allOf){none}");
        }

        if (schema["not"] is JsonObject not && !SchemaValidation.Validate(path, value, not).Any())
            yield return Composite($"\"{path}\" must not validate the schema (not)");
    }

    private static FieldError[][] Failures(string path, JsonNode value, JsonObject schema, string junctor) =>
    [
        .. schema.Items(junctor).OfType<JsonObject>()
            .Select(s => SchemaValidation.Validate(path, value, s).ToArray()),
    ];

    /// <summary>The server loses the path of these.</summary>
    private static FieldError Composite(string why) => FieldError.Invalid("<nil>", "", why);
}
