namespace NodeGuard.Core.Updates;

/// <summary>Names of packages and architectures, from files and programs that anybody may have written.</summary>
public static class PackageName
{
    private const int MaxLength = 200;

    /// <summary>Debian's letters, and those that rpm adds: nothing that a shell, a path or an option would take for something else.</summary>
    public static bool IsGood(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(name[0]) && HasOnly(name, "+-._");

    public static bool IsGoodArchitecture(ReadOnlySpan<char> architecture) =>
        architecture.Length is > 0 and <= 40 && char.IsAsciiLetterOrDigit(architecture[0]) && HasOnly(architecture, "-_");

    /// <summary>"libc6:i386" as name and architecture; no architecture where none is told.</summary>
    public static (string Name, string? Architecture) Split(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        return colon < 0 ? (text.ToString(), null) : (text[..colon].ToString(), text[(colon + 1)..].ToString());
    }

    private static bool HasOnly(ReadOnlySpan<char> text, string signs)
    {
        foreach (var sign in text)
        {
            if (!char.IsAsciiLetterOrDigit(sign) && !signs.Contains(sign, StringComparison.Ordinal))
                return false;
        }

        return true;
    }
}
