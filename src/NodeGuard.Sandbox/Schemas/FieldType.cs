namespace NodeGuard.Sandbox.Schemas;

internal enum FieldShape
{
    /// <summary>Anything, such as a raw extension.</summary>
    Any,
    Text,
    Bytes,
    Time,
    MicroTime,
    Integer,
    Number,
    Flag,
    Quantity,
    IntOrString,
    List,
    Map,
    Struct,
}

/// <summary>What a field holds, and how its value merges.</summary>
internal sealed record FieldType(FieldShape Shape)
{
    public static readonly FieldType Anything = new(FieldShape.Any);

    /// <summary>Of the elements of lists and maps.</summary>
    public FieldType? Item { get; init; }

    public StructType? Struct { get; init; }

    /// <summary>Strategic merge patch: the key by which a list merges; empty for plain values, null where it is replaced.</summary>
    public string? MergeKey { get; init; }

    /// <summary>Server-side apply: the fields that tell a list's elements apart.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Server-side apply: a list of plain values of which each can have an owner.</summary>
    public bool IsSet { get; init; }

    /// <summary>Server-side apply: one owner for the whole value.</summary>
    public bool IsAtomic { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>The field's number in protobuf; `2/3` where it is number 3 of a message that JSON writes into its parent.</summary>
    public string Number { get; init; } = "";

    /// <summary>Whether each field in it can have an owner of its own.</summary>
    public bool IsGranularObject => Shape switch
    {
        FieldShape.Struct => !IsAtomic && !Struct!.IsAtomic,
        FieldShape.Map => !IsAtomic,
        FieldShape.Any => true,
        _ => false,
    };

    /// <summary>The type of a field in it; null where there is no such field.</summary>
    public FieldType? Child(string field) => Shape switch
    {
        FieldShape.Struct => Struct!.Fields.GetValueOrDefault(field),
        FieldShape.Map => Item,
        FieldShape.Any => Anything,
        _ => null,
    };
}

/// <summary>An object type with named fields; types refer to each other in circles.</summary>
internal sealed class StructType(string name, bool isAtomic)
{
    public string Name => name;

    public bool IsAtomic => isAtomic;

    public Dictionary<string, FieldType> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>The fields by their numbers in protobuf.</summary>
    public IReadOnlyDictionary<string, string> FieldsByNumber => field ??= Fields
        .Where(static f => f.Value.Number.Length > 0)
        .ToDictionary(static f => f.Value.Number, static f => f.Key, StringComparer.Ordinal);

    /// <summary>The messages that JSON writes into this one.</summary>
    public IReadOnlySet<string> Inlined => field ??= FieldsByNumber.Keys
        .SelectMany(static n => n.Select((c, i) => c == '/' ? n[..i] : "").Where(static p => p.Length > 0))
        .ToHashSet(StringComparer.Ordinal);
}
