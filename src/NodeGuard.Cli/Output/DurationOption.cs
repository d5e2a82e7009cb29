using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NodeGuard.Core.Draining;

namespace NodeGuard.Cli.Output;

/// <summary>Options whose value is a duration as Kubernetes writes it: 90s, 5m, 1h30m; where it makes sense also days: 14d.</summary>
internal static class DurationOption
{
    private const int MostDays = 36_500;

    public static Option<TimeSpan> Create(string name, string description, TimeSpan standard) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = static result => Parse(result, days: false) ?? default,
        DefaultValueFactory = _ => standard,
    };

    public static Option<TimeSpan?> Optional(string name, string description, bool days = false) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = result => Parse(result, days),
    };

    /// <summary>Also days: 14d.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        if (GoDuration.TryParse(text, out duration))
            return true;
        if (!text.EndsWith('d') || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int days) || days > MostDays)
            return false;
        duration = TimeSpan.FromDays(days);
        return true;
    }

    private static TimeSpan? Parse(ArgumentResult result, bool days)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (days ? TryParse(text, out TimeSpan duration) : GoDuration.TryParse(text, out duration))
            return duration;
        result.AddError($"\"{text}\" is not a duration; write it as 90s, 5m or 1h30m{(days ? ", or as days: 14d" : "")}");
        return null;
    }
}
