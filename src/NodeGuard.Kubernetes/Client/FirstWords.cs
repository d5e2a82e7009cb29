using System.Text;

namespace NodeGuard.Kubernetes.Client;

/// <summary>The start of an unexpected text, fit for one line of a terminal.</summary>
internal static class FirstWords
{
    private const int Length = 120;

    public static string Of(ReadOnlySpan<byte> text)
    {
        var shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * Length)]);
        var line = new StringBuilder(Length);
        foreach (var c in shown)
        {
            if (line.Length >= Length)
                return line.Append("...").ToString();
            if (!char.IsControl(c) && !char.IsWhiteSpace(c))
                line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }

        return line.ToString().TrimEnd();
    }
}
