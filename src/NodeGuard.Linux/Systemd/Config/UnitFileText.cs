using System.Text;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Linux.Systemd.Config;

/// <summary>
/// The text format of systemd's configuration files, as config_parse() reads it: comments may stand between continued
/// lines, a line without '=' is skipped, and a broken section header ends the reading of the file.
/// </summary>
public static class UnitFileText
{
    private const int MaxAssignments = 16 * 1024;

    public static ConfigFile Parse(string path, string text)
    {
        var lines = new List<ConfigLine>();
        var section = string.Empty;
        var joined = new StringBuilder();
        var first = 0;
        var number = 0;
        var rest = text.AsSpan().TrimStart('\uFEFF');
        while (!rest.IsEmpty)
        {
            var raw = NextLine(ref rest);
            number++;
            var line = raw.TrimStart();
            if (!line.IsEmpty && line[0] is '#' or ';')
                continue;
            if (joined.Length == 0)
                first = number;
            if (EndsInEscape(raw))
            {
                joined.Append(joined.Length == 0 ? raw[..^1] : line[..^1]).Append(' ');
                continue;
            }

            joined.Append(joined.Length == 0 ? raw : line);
            var whole = joined.ToString().Trim();
            joined.Clear();
            if (Take(path, whole, first, ref section, lines) is { } problem)
                return new ConfigFile(path, lines, problem);
        }

        return new ConfigFile(path, lines, Take(path, joined.ToString().Trim(), first, ref section, lines));
    }

    private static string? Take(string path, string line, int number, ref string section, List<ConfigLine> lines)
    {
        if (line.Length == 0)
            return null;
        if (line[0] == '[')
        {
            if (line[^1] != ']')
                return $"{path}:{number}: the section header '{Shortened(line)}' is not closed, so systemd reads no further; close it with ']'";
            section = line[1..^1];
            return null;
        }

        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || section.Length == 0)
            return null;
        if (lines.Count == MaxAssignments)
            return $"{path}: more than {MaxAssignments} settings; the rest was not read";
        lines.Add(new ConfigLine(section, line[..equals].Trim(), line[(equals + 1)..].Trim(), number));
        return null;
    }

    // Not EnumerateLines(): it also ends lines at characters that systemd takes for text, U+2028 for one.
    private static ReadOnlySpan<char> NextLine(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny('\n', '\r', '\0');
        if (end < 0)
            end = rest.Length;
        var line = rest[..end];
        var ending = end + 1 < rest.Length && rest[end] == '\r' && rest[end + 1] == '\n' ? 2 : 1;
        rest = rest[Math.Min(end + ending, rest.Length)..];
        return line;
    }

    private static bool EndsInEscape(ReadOnlySpan<char> line)
    {
        var backslashes = 0;
        while (backslashes < line.Length && line[^(backslashes + 1)] == '\\')
            backslashes++;
        return backslashes % 2 == 1;
    }

    private static string Shortened(string line) => line.Length <= 60 ? line : line[..60] + "...";
}
