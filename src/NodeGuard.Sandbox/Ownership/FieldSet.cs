using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Ownership;

/// <summary>
/// A set of fields as a tree, in the form of `fieldsV1`: children are named `f:FIELD`, `k:{KEYS}` for elements of a list
/// by their keys, and `v:VALUE` for those of a set.
/// </summary>
internal sealed class FieldSet
{
    private const string Self = ".";

    /// <summary>Whether the field of this place is in the set itself.</summary>
    public bool IsMember { get; set; }

    public SortedDictionary<string, FieldSet> Children { get; } = new(StringComparer.Ordinal);

    public bool IsEmpty => !IsMember && Children.Values.All(static c => c.IsEmpty);

    public static FieldSet FromJson(JsonObject json)
    {
        var set = new FieldSet { IsMember = json.Count == 0 || json.ContainsKey(Self) };
        foreach ((string name, JsonNode? child) in json)
        {
            if (name != Self && child is JsonObject fields)
                set.Children[name] = FromJson(fields);
        }

        return set;
    }

    /// <summary>Of a whole object, which is no member itself.</summary>
    public static FieldSet FromRoot(JsonObject? json)
    {
        FieldSet set = json is null ? new FieldSet() : FromJson(json);
        set.IsMember = false;
        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach ((string name, FieldSet child) in Children)
        {
            if (!child.IsEmpty)
                json[name] = child.ToJson();
        }

        if (IsMember && json.Count > 0)
            json.Insert(0, Self, new JsonObject());
        return json;
    }

    public FieldSet Child(string name)
    {
        if (!Children.TryGetValue(name, out FieldSet? child))
            Children[name] = child = new FieldSet();
        return child;
    }

    public void Add(FieldSet other)
    {
        IsMember |= other.IsMember;
        foreach ((string name, FieldSet child) in other.Children)
            Child(name).Add(child);
    }

    public FieldSet Without(FieldSet other) => Combine(other, static (mine, theirs) => mine && !theirs, keepMine: true);

    public FieldSet Both(FieldSet other) => Combine(other, static (mine, theirs) => mine && theirs, keepMine: false);

    public bool SameAs(FieldSet other) => Without(other).IsEmpty && other.Without(this).IsEmpty;

    /// <summary>Each member as `.spec.containers[name="main"].image`.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember)
            yield return prefix;
        foreach ((string name, FieldSet child) in Children)
        {
            foreach (string path in child.Paths(prefix + Step(name)))
                yield return path;
        }
    }

    private static string Step(string name) => name[..2] switch
    {
        "f:" => $".{name[2..]}",
        "k:" => $"[{string.Join(',', ((JsonObject)JsonNode.Parse(name[2..])!).Select(k => $"{k.Key}={k.Value?.ToJsonString()}"))}]",
        _ => $"[={name[2..]}]",
    };

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> member, bool keepMine)
    {
        var result = new FieldSet { IsMember = member(IsMember, other.IsMember) };
        foreach ((string name, FieldSet child) in Children)
        {
            FieldSet? combined = other.Children.TryGetValue(name, out FieldSet? theirs) ? child.Combine(theirs, member, keepMine)
                : keepMine ? child : null;
            if (combined is { IsEmpty: false })
                result.Children[name] = combined;
        }

        return result;
    }
}
