using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Store;

/// <summary>One version of one object. Its JSON tree is never changed: who wants another one clones it.</summary>
/// <param name="key">`namespace/name`, or `name` for what has no namespace: sorted by ordinals, as etcd sorts it.</param>
/// <param name="value">The object, with the revision in `metadata.resourceVersion`.</param>
/// <param name="revision">The store's revision of the write that made this version.</param>
public sealed class StoredObject(string key, JsonObject value, long revision)
{
    private byte[]? _utf8;

    public string Key => key;

    public JsonObject Value => value;

    public long Revision => revision;

    /// <summary>The object as JSON, made once and shared by all who send it.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8 ??= JsonText.Utf8(value);

    /// <summary>
    /// The JSON behind kind and apiVersion, to the closing brace: list items of built-in kinds go without those two, and
    /// another version of the same resource has others.
    /// </summary>
    public ReadOnlyMemory<byte> Fields => Utf8[PrefixLength()..];

    public static string KeyOf(string? @namespace, string name) =>
        string.IsNullOrEmpty(@namespace) ? name : $"{@namespace}/{name}";

    private int PrefixLength()
    {
        if (value.Count < 2 || value.GetAt(0).Key != "kind" || value.GetAt(1).Key != "apiVersion")
            return 1;
        return "{\"kind\":\"\",\"apiVersion\":\"\",".Length + value["kind"]!.GetValue<string>().Length
            + value["apiVersion"]!.GetValue<string>().Length;
    }
}

/// <summary>The order of a resource's objects.</summary>
internal sealed class ByKey : IComparer<StoredObject>
{
    public static readonly ByKey Instance = new();

    public int Compare(StoredObject? x, StoredObject? y) => string.CompareOrdinal(x!.Key, y!.Key);
}
