using System.Text;

namespace NodeGuard.Cli.Terminal;

/// <summary>Names of devices and labels come from whoever made them: control characters must not reach a terminal.</summary>
public static class PrintableText
{
    public static string Of(string text)
    {
        if (!text.Any(NeedsReplacing))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
            result.Append(NeedsReplacing(character) ? '?' : character);
        return result.ToString();
    }

    // U+202A..U+202E and U+2066..U+2069 reorder what follows them on a terminal.
    private static bool NeedsReplacing(char character) =>
        char.IsControl(character) || character is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
