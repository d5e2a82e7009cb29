using System.Text.RegularExpressions;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Linux.Systemd.Config;

/// <summary>Reads from unit files and needrestart's configuration what may restart networkd without anybody asking.</summary>
public sealed partial class UpdateTriggerReader(HostRoot root)
{
    private static readonly string[] Timers =
    [
        "apt-daily-upgrade.timer", "dnf-automatic.timer", "dnf-automatic-install.timer", "dnf5-automatic.timer",
        "transactional-update.timer", "rpm-ostreed-automatic.timer",
    ];

    private static readonly string[] UnitDirectories =
        ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

    /// <summary>The update timers that this host has.</summary>
    public IReadOnlyList<UpdateTimer> ReadTimers() =>
        [.. Timers.Select(unit => new UpdateTimer(unit, Enablement(unit))).Where(timer => timer.Enablement != UnitEnablement.Absent)];

    /// <summary>Whether files pull the unit in at boot, as `systemctl is-enabled` tells, without the bus.</summary>
    public UnitEnablement Enablement(string unit)
    {
        var file = UnitDirectories.FirstOrDefault(directory => new FileInfo(root.Map($"{directory}/{unit}")).LinkTarget is not null
            || root.Exists($"{directory}/{unit}"));
        if (file is null)
            return UnitEnablement.Absent;
        if (root.Read($"{file}/{unit}") is FileText.Masked)
            return UnitEnablement.Disabled;
        try
        {
            return UnitDirectories.Any(directory => IsWanted(directory, unit)) ? UnitEnablement.Enabled : UnitEnablement.Disabled;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return UnitEnablement.Unknown;
        }
    }

    /// <summary>The state and the file:line that decides, if one does.</summary>
    public (NeedrestartState State, string? Place) ReadNeedrestart()
    {
        if (!root.Exists("/usr/sbin/needrestart") && !root.Exists("/etc/needrestart/needrestart.conf"))
            return (NeedrestartState.Absent, null);
        (NeedrestartState State, string? Place) found = (NeedrestartState.MayRestart, null);
        foreach (var path in NeedrestartFiles())
        {
            switch (root.Read(path))
            {
                case FileText.Unreadable:
                    found = (NeedrestartState.Unknown, path);
                    break;
                case FileText.Content content:
                    found = ReadNeedrestartFile(path, content.Text) ?? found;
                    break;
            }
        }

        return found;
    }

    /// <summary>needrestart's configuration in the order in which it is read; a directory that cannot be listed stands for its files.</summary>
    internal List<string> NeedrestartFiles()
    {
        const string Directory = "/etc/needrestart/conf.d";
        List<string> files = ["/etc/needrestart/needrestart.conf"];
        try
        {
            files.AddRange(root.Names(Directory, ".conf").Select(name => $"{Directory}/{name}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            files.Add(Directory);
        }

        return files;
    }

    private static (NeedrestartState State, string? Place)? ReadNeedrestartFile(string path, string text)
    {
        (NeedrestartState State, string? Place)? found = null;
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var trimmed = line.Trim();
            if (trimmed.IsEmpty || trimmed[0] == '#')
                continue;
            if (NetworkdExcluded().IsMatch(trimmed))
                found = (NeedrestartState.Spares, $"{path}:{number}");
        }

        return found;
    }

    private bool IsWanted(string directory, string unit) =>
        root.Names(directory, ".wants").Any(wants => new FileInfo(root.Map($"{directory}/{wants}/{unit}")).LinkTarget is not null);

    // Either in the hash of the main file (qr(^systemd-networkd) => 0) or as an assignment of its own (… = 0;).
    [GeneratedRegex(@"qr\(\^?systemd-networkd[^)]*\)\s*\}?\s*=>?\s*0\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NetworkdExcluded();
}
