namespace NodeGuard.Core.Updates;

/// <summary>Which units install updates by themselves, and so are held.</summary>
public static class GatedUnits
{
    /// <summary>
    /// Services that a timer or a boot starts, of the distributions that have them. Not in it: daemons that do other things
    /// as well (snapd, zincati, update-engine), and unattended-upgrades.service, which installs nothing by default.
    /// </summary>
    public static readonly IReadOnlyList<string> Usual =
    [
        "apt-daily.service", "apt-daily-upgrade.service",
        "dnf-automatic*.service", "dnf5-automatic.service",
        "packagekit-offline-update.service",
        "transactional-update.service",
        "rpm-ostreed-automatic.service", "bootc-fetch-apply-updates.service",
        "systemd-sysupdate.service", "systemd-sysupdate-reboot.service",
        "snapd.snap-repair.service",
    ];

    private const int LongestName = 255;

    /// <summary>A service's name in which * stands for any characters; no path, no template without an instance.</summary>
    public static bool IsPattern(string text)
    {
        const string Ending = ".service";
        return text.Length is > 8 and <= LongestName && text.EndsWith(Ending, StringComparison.Ordinal)
            && text[0] is not '.' and not '-' && text[..^Ending.Length].All(IsNameCharacter);
    }

    public static bool IsGlob(string pattern) => pattern.Contains('*', StringComparison.Ordinal);

    public static bool Matches(string pattern, string unit)
    {
        string[] parts = pattern.Split('*');
        if (parts.Length == 1)
            return pattern == unit;
        if (!unit.StartsWith(parts[0], StringComparison.Ordinal))
            return false;
        int at = parts[0].Length;
        foreach (string part in parts[1..^1])
        {
            int found = unit.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + part.Length;
        }

        return unit.Length - at >= parts[^1].Length && unit.EndsWith(parts[^1], StringComparison.Ordinal);
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is ':' or '-' or '_' or '.' or '\\' or '@' or '*';
}
