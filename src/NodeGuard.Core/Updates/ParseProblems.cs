using System.Globalization;

namespace NodeGuard.Core.Updates;

/// <summary>What a parser could not take, in sentences: the first few, and how many more there were.</summary>
public sealed class ParseProblems
{
    private const int Told = 10;
    private const int MaxShown = 80;

    private readonly List<string> _first = [];
    private int _more;

    public bool Any => _first.Count > 0;

    public void Add(string problem)
    {
        if (_first.Count < Told)
            _first.Add(problem);
        else
            _more++;
    }

    public IReadOnlyList<string> ToList() => _more == 0
        ? [.. _first]
        : [.. _first, string.Create(CultureInfo.InvariantCulture, $"and {_more} more of this kind")];

    /// <summary>Text from a file in a message: short, on one line, without what a terminal would obey.</summary>
    public static string Shown(ReadOnlySpan<char> text) => Shown(text, MaxShown);

    /// <param name="limit">Characters, up to 1,000.</param>
    /// <inheritdoc cref="Shown(ReadOnlySpan{char})"/>
    public static string Shown(ReadOnlySpan<char> text, int limit)
    {
        Span<char> shown = stackalloc char[Math.Min(text.Length, Math.Min(limit, 1000))];
        for (var i = 0; i < shown.Length; i++)
            shown[i] = char.IsControl(text[i]) ? '?' : text[i];
        return text.Length > shown.Length ? string.Concat(shown, "…") : shown.ToString();
    }
}
