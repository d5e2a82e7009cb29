using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Schemas;

/// <summary>
/// The fields of the built-in kinds, from the embedded table `kubernetes.types`: a line with the name of each type, and one
/// with a leading space for each of its fields: name, type (`[x]` a list, `{x}` a map), and how it merges.
/// </summary>
internal static class BuiltInTypes
{
    private static readonly Lazy<Table> Read = new(Load);

    /// <summary>The body of a deletion, in every group.</summary>
    public static FieldType DeleteOptions => new(FieldShape.Struct) { Struct = Read.Value.Structs["meta.v1.DeleteOptions"] };

    public static IEnumerable<StructType> All => Read.Value.Structs.Values;

    /// <summary>Null for kinds that are not in the table.</summary>
    public static FieldType? Of(string apiVersion, string kind) =>
        Read.Value.Kinds.TryGetValue((apiVersion, kind), out StructType? found)
            ? new FieldType(FieldShape.Struct) { Struct = found }
            : null;

    /// <summary>Of a built-in kind from the table, of a custom one from its schema.</summary>
    public static FieldType Of(ResourceInfo resource)
    {
        if (resource.BuiltIn)
            return Of(resource.ApiVersion, resource.Kind) ?? FieldType.Anything;
        return resource.Schema is { } schema ? SchemaTypes.OfKind(schema) : FieldType.Anything;
    }

    private static Table Load()
    {
        using Stream stream = typeof(BuiltInTypes).Assembly.GetManifestResourceStream("NodeGuard.Sandbox.Schemas.kubernetes.types")!;
        using var reader = new StreamReader(stream);
        string[] lines = [.. reader.ReadToEnd().Split('\n').Where(l => l.Length > 0 && l[0] != '#')];
        var table = new Table([], []);
        foreach (string line in lines.Where(l => l[0] != ' '))
            AddStruct(table, line.Split(' '));
        StructType? current = null;
        foreach (string line in lines)
        {
            if (line[0] != ' ')
            {
                current = table.Structs[line.Split(' ')[0]];
                continue;
            }

            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            current!.Fields[words[0]] = Field(table, words);
        }

        return table;
    }

    /// <summary>`name [atomic] [= apiVersion kind]`.</summary>
    private static void AddStruct(Table table, string[] words)
    {
        var added = new StructType(words[0], words.Contains("atomic"));
        table.Structs[words[0]] = added;
        if (words.Length >= 4 && words[^3] == "=")
            table.Kinds[(words[^2], words[^1])] = added;
    }

    private static FieldType Field(Table table, string[] words)
    {
        FieldType type = TypeOf(table, words[1]);
        foreach (string flag in words.AsSpan(2))
        {
            type = flag.Split('=') switch
            {
                [['#', .. var number]] => type with { Number = number },
                ["merge", var key] => type with { MergeKey = key },
                ["map", var keys] => type with { Keys = keys.Split(',') },
                ["set"] => type with { IsSet = true },
                ["atomic"] => type with { IsAtomic = true },
                ["required"] => type with { IsRequired = true },
                _ => throw new FormatException($"kubernetes.types: unknown flag '{flag}' of field {words[0]}"),
            };
        }

        return type;
    }

    private static FieldType TypeOf(Table table, string name) => name switch
    {
        ['[', .. var item, ']'] => new FieldType(FieldShape.List) { Item = TypeOf(table, item) },
        ['{', .. var item, '}'] => new FieldType(FieldShape.Map) { Item = TypeOf(table, item) },
        "any" => FieldType.Anything,
        "string" => new FieldType(FieldShape.Text),
        "bytes" => new FieldType(FieldShape.Bytes),
        "time" => new FieldType(FieldShape.Time),
        "microTime" => new FieldType(FieldShape.MicroTime),
        "int" => new FieldType(FieldShape.Integer),
        "number" => new FieldType(FieldShape.Number),
        "bool" => new FieldType(FieldShape.Flag),
        "quantity" => new FieldType(FieldShape.Quantity),
        "intOrString" => new FieldType(FieldShape.IntOrString),
        _ => new FieldType(FieldShape.Struct) { Struct = table.Structs[name] },
    };

    private sealed record Table(Dictionary<string, StructType> Structs, Dictionary<(string Version, string Kind), StructType> Kinds);
}
