using NodeGuard.Core.Updates;

namespace NodeGuard.Core.Images;

/// <summary>Names and values of the kernel's settings, as sysctl.d(5) has them.</summary>
public static class Sysctl
{
    private const int MaxName = 200;
    private const int MaxLines = 10_000;

    /// <summary>Below /proc/sys; null for what is no name.</summary>
    /// <param name="name">With dots or slashes: the first one that comes is the one that separates.</param>
    public static string? PathOf(string name)
    {
        int first = name.AsSpan().IndexOfAny('.', '/');
        string path = first < 0 || name[first] == '/' ? name : Swapped(name);
        return path.Length is > 0 and <= MaxName && path.Split('/').All(static part => part is not ("" or "." or "..") && part.All(IsGood)) ? path : null;
    }

    /// <summary>With dots, as people write it.</summary>
    public static string NameOf(string path) => Swapped(path);

    /// <summary>The kernel separates numbers with tabs, and people with blanks.</summary>
    public static string Normal(string value) => string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>
    /// What one file of sysctl.d sets, by path, a later line before an earlier one. Patterns are left out: what they match
    /// differs from machine to machine.
    /// </summary>
    public static IReadOnlyDictionary<string, string> ReadFile(string text, ParseProblems problems, string file)
    {
        var set = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string raw in text.Split('\n').Take(MaxLines))
        {
            string line = raw.Trim();
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.Length == 0 || line[0] is '#' or ';' || equals < 0)
                continue;
            // A leading '-' lets errors pass.
            string name = line[..equals].Trim().TrimStart('-');
            if (name.AsSpan().ContainsAny("*?["))
                continue;
            if (PathOf(name) is { } path)
                set[path] = Normal(line[(equals + 1)..]);
            else
                problems.Add($"{file}: \"{ParseProblems.Shown(name)}\" is no name of a sysctl");
        }

        return set;
    }

    private static bool IsGood(char sign) => char.IsAsciiLetterOrDigit(sign) || sign is '_' or '-' or '.' or ':' or '@' or '+';

    private static string Swapped(string text) => string.Create(text.Length, text, static (span, from) =>
    {
        for (int i = 0; i < from.Length; i++)
            span[i] = from[i] switch { '.' => '/', '/' => '.', var other => other };
    });
}
