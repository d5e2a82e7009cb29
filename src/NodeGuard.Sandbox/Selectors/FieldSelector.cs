using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Selectors;

/// <summary>A field selector: `a=b,c!=d` over the fields that the resource names as selectable.</summary>
public sealed class FieldSelector
{
    private readonly List<(Func<JsonObject, string> Field, string Value, bool Equal)> _requirements = [];

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>The one name that is asked for, when there is one.</summary>
    public string? Name { get; private set; }

    public static FieldSelector? Parse(string? text, ResourceInfo resource, out string? error)
    {
        error = null;
        var selector = new FieldSelector();
        foreach (string part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = part.IndexOf('=', StringComparison.Ordinal);
            bool equal = at <= 0 || part[at - 1] != '!';
            if (at <= 0)
            {
                error = $"invalid selector: '{text}'; can't understand '{part}'";
                return null;
            }

            string field = part[..(equal ? at : at - 1)];
            string value = part[(at + 1 < part.Length && part[at + 1] == '=' ? at + 2 : at + 1)..];
            if (Getter(resource, field) is not { } getter)
            {
                error = $"field label not supported: {field}";
                return null;
            }

            selector._requirements.Add((getter, value, equal));
            if (field == "metadata.name" && equal)
                selector.Name = value;
        }

        return selector;
    }

    public bool Matches(JsonObject value)
    {
        foreach ((Func<JsonObject, string> field, string wanted, bool equal) in _requirements)
        {
            if (string.Equals(field(value), wanted, StringComparison.Ordinal) != equal)
                return false;
        }

        return true;
    }

    private static Func<JsonObject, string>? Getter(ResourceInfo resource, string field) => field switch
    {
        "metadata.name" => static o => o.Text("metadata", "name") ?? "",
        "metadata.namespace" when resource.Namespaced => static o => o.Text("metadata", "namespace") ?? "",
        _ => resource.SelectableFields.GetValueOrDefault(field),
    };
}
