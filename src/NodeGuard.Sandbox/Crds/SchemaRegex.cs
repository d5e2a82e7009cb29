using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Patterns as Go's RE2 reads them: linear time, ASCII classes, `$` only at the very end.</summary>
internal static class SchemaRegex
{
    private static readonly ConcurrentDictionary<string, Regex?> Compiled = new(StringComparer.Ordinal);

    /// <summary>Null when the pattern is not a valid one.</summary>
    public static Regex? Compile(string pattern) => Compiled.GetOrAdd(pattern, static text =>
    {
        try
        {
            return new Regex(FromRe2(text), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    });

    private static string FromRe2(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 8);
        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(pattern[++i], inClass));
                continue;
            }

            bool posix = inClass && c == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':';
            if (posix && pattern.IndexOf(":]", i, StringComparison.Ordinal) is > 0 and int end)
            {
                text.Append(PosixClass(pattern[(i + 2)..end]));
                i = end + 1;
                continue;
            }

            if (c == '[' && !inClass)
            {
                inClass = true;
                text.Append(c);
                i = CopyClassStart(pattern, i, text);
                continue;
            }

            if (c == ']' && inClass)
                inClass = false;
            text.Append(c switch
            {
                '[' when inClass => "\\[",
                '$' when !inClass => "\\z",
                _ => c.ToString(),
            });
        }

        return text.ToString();
    }

    /// <summary>A `]` right behind the opening is a character of the class.</summary>
    private static int CopyClassStart(string pattern, int index, StringBuilder text)
    {
        if (index + 1 < pattern.Length && pattern[index + 1] == '^')
            text.Append(pattern[++index]);
        if (index + 1 < pattern.Length && pattern[index + 1] == ']')
        {
            text.Append("\\]");
            index++;
        }

        return index;
    }

    private static string Escape(char c, bool inClass) => (c, inClass) switch
    {
        ('d', false) => "[0-9]",
        ('d', true) => "0-9",
        ('w', false) => "[0-9A-Za-z_]",
        ('w', true) => "0-9A-Za-z_",
        ('s', false) => "[\\t\\n\\f\\r ]",
        ('s', true) => "\\t\\n\\f\\r ",
        ('D', false) => "[^0-9]",
        ('W', false) => "[^0-9A-Za-z_]",
        ('S', false) => "[^\\t\\n\\f\\r ]",
        _ => "\\" + c,
    };

    private static string PosixClass(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "digit" => "0-9",
        "lower" => "a-z",
        "upper" => "A-Z",
        "space" => "\\t\\n\\v\\f\\r ",
        "punct" => "!-/:-@\\[-`{-~",
        "xdigit" => "0-9A-Fa-f",
        "word" => "0-9A-Za-z_",
        _ => throw new ArgumentException($"no such character class: {name}", nameof(name)),
    };
}
