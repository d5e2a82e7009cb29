using System.Globalization;

namespace NodeGuard.Core.Routing.Prevention;

/// <summary>A systemd release and its stable point release: 252.39 of "252.39-1~deb12u2"; 0 where none is told.</summary>
public readonly record struct SystemdVersion(int Major, int Minor) : IComparable<SystemdVersion>
{
    /// <summary>
    /// Takes the manager's Version property ("257.13-1~deb13u1", "v249") and the first line of `--version`
    /// ("systemd 252 (252.39-1~deb12u2)"); null when there is no version in it.
    /// </summary>
    public static SystemdVersion? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var rest = text.AsSpan();
        var open = rest.IndexOf('(');
        if (open >= 0)
            rest = rest[(open + 1)..];
        else if (rest.LastIndexOf(' ') is var space and >= 0)
            rest = rest[(space + 1)..];
        rest = rest.TrimStart('v');

        var major = LeadingNumber(ref rest);
        if (major is null)
            return null;
        if (rest.IsEmpty || rest[0] != '.')
            return new SystemdVersion(major.Value, 0);
        rest = rest[1..];
        return new SystemdVersion(major.Value, LeadingNumber(ref rest) ?? 0);
    }

    public int CompareTo(SystemdVersion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public static bool operator <(SystemdVersion left, SystemdVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(SystemdVersion left, SystemdVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(SystemdVersion left, SystemdVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SystemdVersion left, SystemdVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() =>
        Minor == 0
            ? Major.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    private static int? LeadingNumber(ref ReadOnlySpan<char> text)
    {
        var digits = 0;
        while (digits < text.Length && digits < 6 && char.IsAsciiDigit(text[digits]))
            digits++;
        if (digits == 0)
            return null;
        var number = int.Parse(text[..digits], CultureInfo.InvariantCulture);
        text = text[digits..];
        return number;
    }
}
