using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Http;

/// <summary>Writes stored objects in the version and the view that a client asked for.</summary>
internal sealed class ObjectWriter(ResourceInfo resource, View view, string includeObject, TimeProvider clock)
{
    private readonly byte[] _head = Encoding.UTF8.GetBytes(
        $"{{\"kind\":\"{resource.Kind}\",\"apiVersion\":\"{resource.ApiVersion}\",");

    private bool _columnsSent;

    /// <summary>One object with kind and apiVersion.</summary>
    public void Write(IBufferWriter<byte> output, StoredObject stored)
    {
        if (view == View.Table)
        {
            output.Write(JsonText.Utf8(Table([stored.Value], stored.Value.Text("metadata", "resourceVersion"), !_columnsSent)));
            _columnsSent = true;
        }
        else if (view == View.MetadataOnly)
        {
            output.Write(JsonText.Utf8(Metadata(stored.Value)));
        }
        else if (resource.FromStorage is { } convert)
        {
            output.Write(JsonText.Utf8(convert(stored.Value)));
        }
        else
        {
            output.Write(_head);
            output.Write(stored.Fields.Span);
        }
    }

    /// <summary>An item of a list: built-in kinds have no kind and apiVersion there.</summary>
    public void WriteItem(IBufferWriter<byte> output, StoredObject stored)
    {
        if (view != View.Whole || resource.FromStorage is not null || !resource.BuiltIn)
        {
            Write(output, stored);
            return;
        }

        output.Write("{"u8);
        output.Write(stored.Fields.Span);
    }

    /// <summary>An object that is not in the store, in this view.</summary>
    public JsonObject Shown(JsonObject value) => view switch
    {
        View.Table => Table([value], value.Text("metadata", "resourceVersion"), true),
        View.MetadataOnly => Metadata(value),
        _ => Versioned(resource.FromStorage?.Invoke(value) ?? value),
    };

    /// <summary>The object of a BOOKMARK: of the watched kind, with nothing but its metadata.</summary>
    public JsonObject Bookmark(JsonObject meta)
    {
        if (view == View.Table)
            return new JsonObject { ["kind"] = "Table", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = meta, ["columnDefinitions"] = new JsonArray(), ["rows"] = new JsonArray() };
        (string kind, string version) = view == View.MetadataOnly
            ? ("PartialObjectMetadata", "meta.k8s.io/v1")
            : (resource.Kind, resource.ApiVersion);
        return new JsonObject { ["kind"] = kind, ["apiVersion"] = version, ["metadata"] = meta };
    }

    public JsonObject Table(IEnumerable<JsonObject> values, string? version, bool columns) =>
        Tables.Of(resource, values, includeObject, version, clock.GetUtcNow(), columns);

    public static JsonObject Metadata(JsonObject value) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = value["metadata"]!.DeepClone(),
    };

    private JsonObject Versioned(JsonObject value)
    {
        if (value.Text("apiVersion") == resource.ApiVersion || value.Text("kind") != resource.Kind)
            return value;
        JsonObject versioned = value.Clone();
        versioned["apiVersion"] = resource.ApiVersion;
        return versioned;
    }
}
