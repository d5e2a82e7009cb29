namespace NodeGuard.Core.Updates.Apt;

/// <summary>fnmatch(3) as Python does it: *, ?, [abc], [a-z], [!abc]; case counts. Time is at most pattern times text.</summary>
internal static class Glob
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int at = 0, position = 0, star = -1, mark = 0;
        while (position < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                mark = position;
            }
            else if (at < pattern.Length && MatchesOne(pattern, at, text[position]) is var length and > 0)
            {
                at += length;
                position++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                position = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (at < pattern.Length && pattern[at] == '*')
            at++;
        return at == pattern.Length;
    }

    /// <summary>How much of the pattern takes this sign; 0 when it does not.</summary>
    private static int MatchesOne(ReadOnlySpan<char> pattern, int at, char sign)
    {
        if (pattern[at] == '?')
            return 1;
        // A ] in front belongs to the class.
        var first = at + 1 < pattern.Length && pattern[at + 1] == '!' ? at + 2 : at + 1;
        var close = pattern[at] == '[' && first + 1 <= pattern.Length ? pattern[Math.Min(first + 1, pattern.Length)..].IndexOf(']') : -1;
        if (close < 0)
            return pattern[at] == sign ? 1 : 0;
        var end = first + 1 + close;
        var negated = first == at + 2;
        return Contains(pattern[first..end], sign) != negated ? end - at + 1 : 0;
    }

    private static bool Contains(ReadOnlySpan<char> signs, char sign)
    {
        for (var i = 0; i < signs.Length; i++)
        {
            if (i + 2 < signs.Length && signs[i + 1] == '-')
            {
                if (sign >= signs[i] && sign <= signs[i + 2])
                    return true;
                i += 2;
            }
            else if (signs[i] == sign)
            {
                return true;
            }
        }

        return false;
    }
}
