namespace NodeGuard.Kubernetes.Models.Schema;

/// <summary>A short name of the kind for <c>kubectl</c>. Read by the generator of the CRDs only, as all attributes here.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ShortNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>One column of <c>kubectl get</c>, in the order of the attributes.</summary>
/// <param name="path">JSON path from the object.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ColumnAttribute(string title, string path) : Attribute
{
    public string Title { get; } = title;

    public string Path { get; } = path;

    /// <summary>string, integer, boolean, number or date; a date is shown as the time since.</summary>
    public string Type { get; init; } = "string";

    /// <summary>1: only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }

    public string Description { get; init; } = string.Empty;
}

/// <summary>A CEL rule; its message says what is wanted, in a sentence.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
public sealed class RuleAttribute(string expression, string message) : Attribute
{
    public string Expression { get; } = expression;

    public string Message { get; } = message;
}

/// <summary>Bounds of a value: of a number, of a text's length, or of a list's.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BoundsAttribute : Attribute
{
    /// <summary>-1: none.</summary>
    public long Min { get; init; } = -1;

    /// <summary>-1: none.</summary>
    public long Max { get; init; } = -1;
}

/// <summary>The value that the server fills in; <see cref="Defaults"/> for an object whose fields have defaults.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilledWithAttribute(object value) : Attribute
{
    public const string Defaults = "{}";

    public object Value { get; } = value;
}

/// <summary>The object is refused without it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MustBeSetAttribute : Attribute;

/// <summary>The words that are allowed: the names of an enum.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WordsAttribute(Type words) : Attribute
{
    public Type Words { get; } = words;
}

/// <summary>How a text looks.</summary>
public enum TextShape
{
    /// <summary>"90s", "1h30m": what GoDuration reads.</summary>
    Duration,

    /// <summary>"0%" to "99%", or a duration.</summary>
    PercentOrDuration,

    /// <summary>"00:00" to "23:59".</summary>
    TimeOfDay,

    /// <summary>Five fields.</summary>
    Cron,

    TimeZone,

    Url,

    /// <summary>A name that the API takes for an object: RFC 1123 subdomain.</summary>
    ObjectName,

    /// <summary>A short name of a part of an object: RFC 1123 label.</summary>
    PartName,

    LabelKey,

    /// <summary>"status.providerID".</summary>
    FieldPath,
}

[AttributeUsage(AttributeTargets.Property)]
public sealed class ShapeAttribute(TextShape shape) : Attribute
{
    public TextShape Shape { get; } = shape;
}

/// <summary>A list whose entries are merged by these of their fields.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MergedByAttribute(params string[] fields) : Attribute
{
    public IReadOnlyList<string> Fields { get; } = fields;
}

/// <summary>A list whose entries are merged as a set, each once.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MergedAsSetAttribute : Attribute;
