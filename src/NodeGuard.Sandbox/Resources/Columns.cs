using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>Makers of printer columns, and the forms in which kubectl shows times.</summary>
public static class Columns
{
    public static readonly PrinterColumn Name =
        new("Name", "string", 0, "Name must be unique within a namespace.", static (o, _) => o.Text("metadata", "name"));

    public static readonly PrinterColumn Age = new(
        "Age", "string", 0, "CreationTimestamp is when this object was created.",
        static (o, now) => Since(o.Time("metadata", "creationTimestamp"), now));

    public static readonly PrinterColumn CreatedAt = new(
        "Created At", "date", 0, "CreationTimestamp is when this object was created.",
        static (o, _) => o.Text("metadata", "creationTimestamp"));

    public static PrinterColumn Text(string name, Func<JsonObject, string?> cell) =>
        new(name, "string", 0, name, (o, _) => cell(o));

    public static PrinterColumn Wide(string name, Func<JsonObject, string?> cell) =>
        new(name, "string", 1, name, (o, _) => cell(o));

    public static PrinterColumn Number(string name, params string[] path) =>
        new(name, "integer", 0, name, (o, _) => o.Number(path) ?? 0);

    /// <summary>What kubectl shows for empty texts.</summary>
    public static string OrNone(string? text) => string.IsNullOrEmpty(text) ? "<none>" : text;

    public static string Since(DateTimeOffset? time, DateTimeOffset now) =>
        time is { } from ? HumanDuration(now - from) : "<unknown>";

    /// <summary>Two units at most, as `kubectl` writes ages: 45s, 3m20s, 5h, 2d3h.</summary>
    public static string HumanDuration(TimeSpan duration)
    {
        long seconds = (long)duration.TotalSeconds;
        if (seconds < -1)
            return "<invalid>";
        (long minutes, long hours, long days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds switch
        {
            < 0 => "0s",
            < 120 => Show($"{seconds}s"),
            < 600 => Two(minutes, "m", seconds % 60, "s"),
            < 3 * 3600 => Show($"{minutes}m"),
            < 8 * 3600 => Two(hours, "h", minutes % 60, "m"),
            < 48 * 3600 => Show($"{hours}h"),
            < 8 * 86400 => Two(days, "d", hours % 24, "h"),
            < 2 * 365 * 86400L => Show($"{days}d"),
            < 8 * 365 * 86400L => Two(days / 365, "y", days % 365, "d"),
            _ => Show($"{days / 365}y"),
        };
    }

    public static string Names(IEnumerable<JsonNode?> items) => string.Join(',', items.Select(i => i.Text("name")));

    /// <summary>`a=b,c=d` of a label selector's object form.</summary>
    public static string Selector(JsonNode? selector)
    {
        IEnumerable<string> labels = selector.Texts("matchLabels").Select(l => $"{l.Key}={l.Value}");
        IEnumerable<string> expressions = selector.Items("matchExpressions").Select(e =>
        {
            string values = string.Join(',', e.Items("values").Select(v => v.Text()));
            return e.Text("operator") switch
            {
                "In" => $"{e.Text("key")} in ({values})",
                "NotIn" => $"{e.Text("key")} notin ({values})",
                "Exists" => e.Text("key")!,
                _ => $"!{e.Text("key")}",
            };
        });
        return OrNone(string.Join(',', labels.Order(StringComparer.Ordinal).Concat(expressions)));
    }

    public static string Labels(JsonNode? labels) =>
        OrNone(string.Join(',', labels.Texts().Select(l => $"{l.Key}={l.Value}").Order(StringComparer.Ordinal)));

    /// <summary>The wide columns of what runs containers.</summary>
    public static IEnumerable<PrinterColumn> Containers(params string[] template) =>
    [
        Wide("Containers", o => Names(o.At(template).Items("spec", "containers"))),
        Wide("Images", o => string.Join(',', o.At(template).Items("spec", "containers").Select(c => c.Text("image")))),
    ];

    private static string Show(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Two(long whole, string unit, long rest, string smaller) =>
        rest == 0 ? Show($"{whole}{unit}") : Show($"{whole}{unit}{rest}{smaller}");
}
