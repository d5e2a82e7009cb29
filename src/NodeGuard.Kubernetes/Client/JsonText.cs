using System.Globalization;
using System.Text.Unicode;

namespace NodeGuard.Kubernetes.Client;

/// <summary>
/// What System.Text.Json finds only when a text is read: bytes that are not UTF-8, and escapes of half a character.
/// Fields that no model knows are kept unread, so they are looked at before, once, for all who read them later. Pure.
/// </summary>
internal static class JsonText
{
    private const int EscapeLength = 6;

    /// <summary>Null when each text of <paramref name="json"/> can be read; else what is wrong, without a value.</summary>
    public static string? Flaw(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return "it is not valid UTF-8";
        for (var at = json.IndexOf("\\"u8); at >= 0 && at < json.Length;)
        {
            var unit = Unit(json[at..]);
            var pair = unit is >= 0xD800 and < 0xDC00 && Unit(json[(at + EscapeLength)..]) is >= 0xDC00 and < 0xE000;
            if (unit is >= 0xD800 and < 0xE000 && !pair)
                return $"the escape at byte {at + 1} is half a character";
            // Two bytes at least: a backslash escapes the one that follows it.
            at += pair ? 2 * EscapeLength : 2;
            var next = at < json.Length ? json[at..].IndexOf((byte)'\\') : -1;
            at = next < 0 ? json.Length : at + next;
        }

        return null;
    }

    /// <summary>The UTF-16 unit of an escape such as \ud83d at the start of <paramref name="text"/>; -1 for anything else.</summary>
    private static int Unit(ReadOnlySpan<byte> text) =>
        text.StartsWith("\\u"u8) && text.Length >= EscapeLength
        && ushort.TryParse(text[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? unit
            : -1;
}
