using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Core.Updates.Rpm;

/// <summary>Reads `dnf needs-restarting -r` under LC_ALL=C. Its exit status tells a reboot that is due from a failure no better than nothing does.</summary>
public static class NeedsRestarting
{
    private const int Shown = 5;

    public static RebootAdvice Read(ReadOnlySpan<char> output, string complaint)
    {
        var names = new List<string>();
        bool? required = null;
        foreach (var line in output.EnumerateLines())
        {
            if (line.StartsWith("  * ") && PackageName.IsGood(line[4..].Trim()))
                names.Add(line[4..].Trim().ToString());
            else if (line.StartsWith("Reboot is required "))
                required = true;
            else if (line.StartsWith("Reboot should not be necessary"))
                required = false;
        }

        return required switch
        {
            true => new RebootAdvice(true, names.Count == 0
                ? "dnf needs-restarting says that one is required"
                : $"updated since the boot: {string.Join(", ", names.Take(Shown))}{(names.Count > Shown ? $" and {names.Count - Shown} more" : "")} (dnf needs-restarting)"),
            false => new RebootAdvice(false, "dnf needs-restarting says that none is needed"),
            null => new RebootAdvice(null, $"whether a reboot is due is not known: dnf needs-restarting does not tell ({(complaint.Length == 0 ? "and does not say why" : ParseProblems.Shown(UrlPasswords.Masked(complaint), 200))})"),
        };
    }
}
