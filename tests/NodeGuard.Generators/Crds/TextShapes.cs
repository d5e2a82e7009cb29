using System.Text.Json.Nodes;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Generators.Crds;

/// <summary>What a text of a shape must match. The lengths bound what a CEL rule on it can cost.</summary>
internal static class TextShapes
{
    // Seven digits of hours are below the longest duration that CEL knows; Go's µs is left out for it is not ASCII.
    private const string Duration = "([0-9]{1,6}(\\.[0-9]{1,3})?(ms|s|m|h)){1,4}|0";
    private const string Label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

    public static void Add(JsonObject schema, TextShape shape)
    {
        (string pattern, int longest) = shape switch
        {
            TextShape.Duration => ($"^({Duration})$", 48),
            TextShape.PercentOrDuration => ($"^([1-9]?[0-9]%|{Duration})$", 48),
            TextShape.TimeOfDay => ("^([01][0-9]|2[0-3]):[0-5][0-9]$", 5),
            TextShape.Cron => ("^[^\\s]+( +[^\\s]+){4}$", 128),
            TextShape.TimeZone => ("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", 64),
            TextShape.Url => ("^https?://[^\\s/]+[^\\s]*$", 2048),
            TextShape.ObjectName => ($"^{Label}(\\.{Label})*$", 253),
            TextShape.PartName => ($"^{Label}$", 63),
            TextShape.LabelKey => ($"^({Label}(\\.{Label})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$", 317),
            TextShape.FieldPath => ("^([A-Za-z0-9_/-]|\\\\\\.)+(\\.([A-Za-z0-9_/-]|\\\\\\.)+)*$", 253),
            _ => throw new NotSupportedException($"no pattern for {shape}"),
        };
        schema["pattern"] = pattern;
        schema["maxLength"] = longest;
    }
}
