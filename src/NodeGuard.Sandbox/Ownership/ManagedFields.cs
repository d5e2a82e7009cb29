using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Ownership;

/// <summary>One entry of `metadata.managedFields`.</summary>
/// <param name="Operation">Apply or Update: the same manager can have one of each.</param>
internal sealed record Owner(string Manager, string Operation, string ApiVersion, string Subresource)
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    public string Time { get; init; } = "";

    public required FieldSet Fields { get; init; }

    public bool IsSameAs(Owner other) =>
        (Manager, Operation, ApiVersion, Subresource) == (other.Manager, other.Operation, other.ApiVersion, other.Subresource);

    /// <summary>As it is named in a conflict.</summary>
    public string Described()
    {
        string subresource = Subresource.Length > 0 ? $" with subresource \"{Subresource}\"" : "";
        string version = Operation == Update ? $" using {ApiVersion}" : "";
        return $"\"{Manager}\"{subresource}{version}";
    }

    public static Owner FromJson(JsonObject json) => new(
        json.Text("manager") ?? "", json.Text("operation") ?? Update, json.Text("apiVersion") ?? "", json.Text("subresource") ?? "")
    {
        Time = json.Text("time") ?? "",
        Fields = FieldSet.FromRoot(json.Child("fieldsV1")),
    };

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["manager"] = Manager,
            ["operation"] = Operation,
            ["apiVersion"] = ApiVersion,
        };
        if (Time.Length > 0)
            json["time"] = Time;
        json["fieldsType"] = "FieldsV1";
        json["fieldsV1"] = Fields.ToJson();
        if (Subresource.Length > 0)
            json["subresource"] = Subresource;
        return json;
    }
}

/// <summary>Reads and writes `metadata.managedFields`.</summary>
internal static class ManagedFields
{
    public static List<Owner> Of(JsonNode? value) =>
        [.. value.Items("metadata", "managedFields").OfType<JsonObject>().Where(o => o.Count > 0).Select(Owner.FromJson)];

    /// <summary>Owners of nothing are left out; those by Apply come first, then in the order of their time.</summary>
    public static void Set(JsonObject value, IEnumerable<Owner> owners)
    {
        JsonNode[] entries =
        [
            .. owners.Where(o => !o.Fields.IsEmpty || o.Operation == Owner.Apply)
                .OrderBy(o => o.Operation, StringComparer.Ordinal)
                .ThenBy(o => o.Time, StringComparer.Ordinal)
                .ThenBy(o => o.Manager, StringComparer.Ordinal)
                .Select(o => o.ToJson()),
        ];
        JsonObject meta = value.Ensure("metadata");
        if (entries.Length == 0)
            meta.Remove("managedFields");
        else
            meta["managedFields"] = new JsonArray(entries);
    }
}
