using System.Globalization;

namespace NodeGuard.Core.Updates;

/// <summary>rpm's versions, [epoch:]version[-release], and rpm's order of them (rpm-version(7)). Allocates nothing unless a version is bad.</summary>
public static class RpmVersion
{
    /// <summary>No package of any distribution comes near it; what is longer is not a version.</summary>
    public const int MaxLength = 512;

    /// <summary>Total: text that is no version is ordered, too, the same way each time. Unequal texts can be equal versions ("1.0" and "1_0").</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Split(left, out var leftEpoch, out var leftVersion, out var leftRelease);
        Split(right, out var rightEpoch, out var rightVersion, out var rightRelease);
        var order = CompareNumber(leftEpoch, rightEpoch);
        if (order == 0)
            order = ComparePart(leftVersion, rightVersion);
        return order != 0 ? order : ComparePart(leftRelease, rightRelease);
    }

    /// <summary>As tools write it: without an epoch of 0.</summary>
    public static string Of(string epoch, string version, string release) =>
        epoch.AsSpan().TrimStart('0').IsEmpty ? $"{version}-{release}" : $"{epoch}:{version}-{release}";

    /// <summary>What makes it no version of an installed or offered package, with the version and what is allowed; null for a good one.</summary>
    public static string? ProblemOf(ReadOnlySpan<char> version)
    {
        if (version.Length > MaxLength)
            return string.Create(CultureInfo.InvariantCulture, $"a version of {version.Length} characters; {MaxLength} are allowed");
        if (version.IsEmpty)
            return "an empty version";
        var colon = version.IndexOf(':');
        if (colon >= 0 && !int.TryParse(version[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return Bad(version, "its epoch, in front of the colon, must be a number up to 2147483647");
        var rest = version[(colon + 1)..];
        var dash = rest.IndexOf('-');
        if (dash <= 0 || dash == rest.Length - 1 || rest[(dash + 1)..].Contains('-'))
            return Bad(version, "it must be version-release, with one hyphen");
        foreach (var sign in rest)
        {
            if (!char.IsAsciiLetterOrDigit(sign) && !"._+~^-".Contains(sign, StringComparison.Ordinal))
                return Bad(version, "only letters, digits and . _ + ~ ^ are allowed");
        }

        return null;
    }

    private static string Bad(ReadOnlySpan<char> version, string why) => $"\"{ParseProblems.Shown(version)}\" is no version of rpm: {why}";

    private static void Split(ReadOnlySpan<char> text, out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> version, out ReadOnlySpan<char> release)
    {
        var colon = text.IndexOf(':');
        epoch = colon < 0 ? "0" : text[..colon];
        version = text[(colon + 1)..];
        release = default;
        var dash = version.LastIndexOf('-');
        if (dash < 0)
            return;
        release = version[(dash + 1)..];
        version = version[..dash];
    }

    // Runs of digits and of letters are compared in turn; what is between them only separates.
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            left = WithoutSeparators(left);
            right = WithoutSeparators(right);
            if (OrderOfMarks(ref left, ref right) is { } marked)
            {
                if (marked != 0)
                    return marked;
                continue;
            }

            if (left.IsEmpty || right.IsEmpty)
                break;
            var order = CompareRun(ref left, ref right);
            if (order != 0)
                return order;
        }

        // Whoever has more left is newer.
        return left.IsEmpty ? right.IsEmpty ? 0 : -1 : 1;
    }

    /// <summary>'~' is older than the end of a version, '^' newer than the end and older than all else. Null where there is neither; 0 where both had the same.</summary>
    private static int? OrderOfMarks(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        if (left is not ['~' or '^', ..] && right is not ['~' or '^', ..])
            return null;
        if (left is ['~', ..] || right is ['~', ..])
        {
            if (left is not ['~', ..])
                return 1;
            if (right is not ['~', ..])
                return -1;
        }
        else if (left.IsEmpty || right.IsEmpty)
        {
            return left.IsEmpty ? -1 : 1;
        }
        else if (left[0] != '^' || right[0] != '^')
        {
            return left[0] == '^' ? -1 : 1;
        }

        left = left[1..];
        right = right[1..];
        return 0;
    }

    private static int CompareRun(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        var digits = char.IsAsciiDigit(left[0]);
        var leftRun = left[..Run(left, digits)];
        var rightRun = right[..Run(right, digits)];
        // A number is newer than letters.
        if (rightRun.IsEmpty)
            return digits ? 1 : -1;
        left = left[leftRun.Length..];
        right = right[rightRun.Length..];
        return digits ? CompareNumber(leftRun, rightRun) : Math.Sign(leftRun.SequenceCompareTo(rightRun));
    }

    private static int CompareNumber(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : Math.Sign(left.SequenceCompareTo(right));
    }

    private static ReadOnlySpan<char> WithoutSeparators(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !char.IsAsciiLetterOrDigit(text[0]) && text[0] is not ('~' or '^'))
            text = text[1..];
        return text;
    }

    private static int Run(ReadOnlySpan<char> text, bool digits)
    {
        var length = 0;
        while (length < text.Length && (digits ? char.IsAsciiDigit(text[length]) : char.IsAsciiLetter(text[length])))
            length++;
        return length;
    }
}
