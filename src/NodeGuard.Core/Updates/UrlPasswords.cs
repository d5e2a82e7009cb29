using System.Buffers;
using System.Text;

namespace NodeGuard.Core.Updates;

/// <summary>Proxies and repositories are given as scheme://user:password@host, and tools repeat that in their complaints.</summary>
public static class UrlPasswords
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n'\"<>");

    /// <summary>The text with each of them as "scheme://***@host".</summary>
    public static string Masked(string text)
    {
        var masked = new StringBuilder(text.Length);
        var at = 0;
        while (text.IndexOf("://", at, StringComparison.Ordinal) is var scheme and >= 0)
        {
            var start = scheme + 3;
            var length = text.AsSpan(start).IndexOfAny(Ends);
            var url = text.AsSpan(start, length < 0 ? text.Length - start : length);
            // A password may hold a slash, an address behind the host none of both.
            var sign = url.LastIndexOf('@');
            masked.Append(text, at, start - at).Append(sign < 0 ? "" : "***");
            at = start + Math.Max(sign, 0);
        }

        return masked.Append(text, at, text.Length - at).ToString();
    }
}
