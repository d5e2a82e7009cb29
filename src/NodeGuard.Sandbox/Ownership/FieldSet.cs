using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Ownership;

/// <summary>
/// A set of fields as a tree, in the form of `fieldsV1`: children are named `f:FIELD`, `k:{KEYS}` for elements of a list
/// by their keys, and `v:VALUE` for those of a set.
/// </summary>
internal sealed class FieldSet
{
    private const string Self = ".";
    private static readonly SortedList<string, FieldSet> None = [];

    // Most places of a set are leaves, and a set is made for each write.
    private SortedList<string, FieldSet>? _children;

    /// <summary>Whether the field of this place is in the set itself.</summary>
    public bool IsMember { get; set; }

    public IReadOnlyDictionary<string, FieldSet> Children => _children ?? None;

    public bool IsEmpty => !IsMember && (_children is null || _children.Values.All(static c => c.IsEmpty));

    public static FieldSet FromJson(JsonObject json)
    {
        var set = new FieldSet { IsMember = json.Count == 0 || json.ContainsKey(Self) };
        foreach ((string name, JsonNode? child) in json)
        {
            if (child is JsonObject fields && IsStep(name))
                set.Put(name, FromJson(fields));
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
        foreach ((string name, FieldSet child) in _children ?? None)
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
        if (_children is null || !_children.TryGetValue(name, out FieldSet? child))
            Put(name, child = new FieldSet());
        return child;
    }

    public void Remove(string name) => _children?.Remove(name);

    public void Add(FieldSet other)
    {
        IsMember |= other.IsMember;
        foreach ((string name, FieldSet child) in other._children ?? None)
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

    // A client can send owners of its own making.
    private static bool IsStep(string name) => name is ['f' or 'k' or 'v', ':', ..];

    private static string KeysOf(string keys) =>
        JsonBody.Parse(Encoding.UTF8.GetBytes(keys), [], out _) is JsonObject map
            ? string.Join(',', map.Select(k => $"{k.Key}={k.Value?.ToJsonString()}"))
            : keys;

    private static string Step(string name) => name[..2] switch
    {
        "f:" => $".{name[2..]}",
        "k:" => $"[{KeysOf(name[2..])}]",
        _ => $"[={name[2..]}]",
    };

    private void Put(string name, FieldSet child) => (_children ??= new(StringComparer.Ordinal))[name] = child;

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> member, bool keepMine)
    {
        var result = new FieldSet { IsMember = member(IsMember, other.IsMember) };
        foreach ((string name, FieldSet child) in _children ?? None)
        {
            FieldSet? combined = other.Children.TryGetValue(name, out FieldSet? theirs) ? child.Combine(theirs, member, keepMine)
                : keepMine ? child : null;
            if (combined is { IsEmpty: false })
                result.Put(name, combined);
        }

        return result;
    }
}
