namespace NodeGuard.Core.Routing.Prevention;

/// <summary>Debian's order of package versions (deb-version(7)).</summary>
public static class DebianVersion
{
    public static int Compare(string left, string right)
    {
        var (leftEpoch, leftUpstream, leftRevision) = Split(left);
        var (rightEpoch, rightUpstream, rightRevision) = Split(right);
        var order = ComparePart(leftEpoch, rightEpoch);
        if (order == 0)
            order = ComparePart(leftUpstream, rightUpstream);
        return order != 0 ? order : ComparePart(leftRevision, rightRevision);
    }

    private static (string Epoch, string Upstream, string Revision) Split(string version)
    {
        var colon = version.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon < 0 ? "0" : version[..colon];
        var rest = version[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, string.Empty) : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    // Runs of other characters and of digits are compared in turn.
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            while ((!left.IsEmpty && !char.IsAsciiDigit(left[0])) || (!right.IsEmpty && !char.IsAsciiDigit(right[0])))
            {
                var order = Weight(left).CompareTo(Weight(right));
                if (order != 0)
                    return order;
                left = left[1..];
                right = right[1..];
            }

            var difference = CompareNumber(ref left, ref right);
            if (difference != 0)
                return difference;
        }

        return 0;
    }

    // '~' sorts before the end, letters before all other signs; a digit ends the run like the end does.
    private static int Weight(ReadOnlySpan<char> text) => text switch
    {
        [] => 0,
        ['~', ..] => -1,
        [var sign, ..] when char.IsAsciiDigit(sign) => 0,
        [var sign, ..] when char.IsAsciiLetter(sign) => sign,
        [var sign, ..] => sign + 256,
    };

    private static int CompareNumber(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        var leftDigits = Digits(left);
        var rightDigits = Digits(right);
        var order = leftDigits != rightDigits
            ? leftDigits.CompareTo(rightDigits)
            : left[..leftDigits].SequenceCompareTo(right[..rightDigits]);
        left = left[leftDigits..];
        right = right[rightDigits..];
        return order;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
            count++;
        return count;
    }
}
