using System.Globalization;

namespace NodeGuard.Core.Updates;

/// <summary>Debian's versions, [epoch:]upstream[-revision], and dpkg's order of them (deb-version(7)). Allocates nothing unless a version is bad.</summary>
public static class DebianVersion
{
    /// <summary>No package of any distribution comes near it; what is longer is not a version.</summary>
    public const int MaxLength = 512;

    /// <summary>Total: text that is no version is ordered, too, the same way each time. See <see cref="ProblemOf"/>.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Split(left, out var leftEpoch, out var leftUpstream, out var leftRevision);
        Split(right, out var rightEpoch, out var rightUpstream, out var rightRevision);
        var order = ComparePart(leftEpoch, rightEpoch);
        if (order == 0)
            order = ComparePart(leftUpstream, rightUpstream);
        return order != 0 ? order : ComparePart(leftRevision, rightRevision);
    }

    /// <summary>What makes it no version, with the version and what is allowed; null for a version that dpkg takes without a word.</summary>
    public static string? ProblemOf(ReadOnlySpan<char> version)
    {
        if (version.Length > MaxLength)
            return string.Create(CultureInfo.InvariantCulture, $"a version of {version.Length} characters; {MaxLength} are allowed");
        if (version.IsEmpty)
            return "an empty version";
        Split(version, out var epoch, out var upstream, out var revision);
        var colon = version.IndexOf(':');
        if (colon >= 0 && !int.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return Bad(version, "its epoch, in front of the colon, must be a number up to 2147483647");
        if (upstream.IsEmpty || !char.IsAsciiDigit(upstream[0]))
            return Bad(version, "its upstream part must begin with a digit");
        if (revision.IsEmpty && version[^1] == '-')
            return Bad(version, "nothing follows the hyphen");
        foreach (var sign in upstream)
        {
            if (!char.IsAsciiLetterOrDigit(sign) && !".-+~:".Contains(sign, StringComparison.Ordinal))
                return Bad(version, "only letters, digits and . - + ~ : are allowed");
        }

        foreach (var sign in revision)
        {
            if (!char.IsAsciiLetterOrDigit(sign) && !".+~".Contains(sign, StringComparison.Ordinal))
                return Bad(version, "behind the last hyphen only letters, digits and . + ~ are allowed");
        }

        return null;
    }

    private static string Bad(ReadOnlySpan<char> version, string why) => $"\"{version}\" is no Debian version: {why}";

    private static void Split(ReadOnlySpan<char> version, out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> upstream, out ReadOnlySpan<char> revision)
    {
        var colon = version.IndexOf(':');
        epoch = colon < 0 ? "0" : version[..colon];
        upstream = version[(colon + 1)..];
        revision = default;
        var dash = upstream.LastIndexOf('-');
        if (dash < 0)
            return;
        revision = upstream[(dash + 1)..];
        upstream = upstream[..dash];
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
        left = WithoutZeros(left);
        right = WithoutZeros(right);
        var leftDigits = Digits(left);
        var rightDigits = Digits(right);
        var order = leftDigits != rightDigits
            ? leftDigits.CompareTo(rightDigits)
            : left[..leftDigits].SequenceCompareTo(right[..rightDigits]);
        left = left[leftDigits..];
        right = right[rightDigits..];
        return order;
    }

    private static ReadOnlySpan<char> WithoutZeros(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && text[0] == '0')
            text = text[1..];
        return text;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
            count++;
        return count;
    }
}
