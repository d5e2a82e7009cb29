using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeGuard.Cli.Tests.Kubernetes;

/// <summary>What stays on a terminal: knows "up n lines", "erase to the end" and colours.</summary>
internal static partial class TerminalScreen
{
    public static IReadOnlyList<string> Of(string output)
    {
        var lines = new List<string> { "" };
        foreach (var part in Pieces().Split(output).Where(static part => part.Length > 0))
        {
            if (Up().Match(part) is { Success: true } up)
            {
                lines.RemoveRange(lines.Count - 1 - int.Parse(up.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(up.Groups[1].Value, CultureInfo.InvariantCulture));
                lines[^1] = "";
            }
            else if (part == "\n")
            {
                lines.Add("");
            }
            else if (part[0] != '\e')
            {
                lines[^1] += part;
            }
        }

        return lines;
    }

    [GeneratedRegex("(\e\\[[0-9]+A\e\\[J|\e\\[[0-9]+m|\n)")]
    private static partial Regex Pieces();

    [GeneratedRegex("^\e\\[([0-9]+)A")]
    private static partial Regex Up();
}
