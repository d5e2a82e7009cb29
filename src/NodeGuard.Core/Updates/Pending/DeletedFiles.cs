namespace NodeGuard.Core.Updates.Pending;

/// <summary>A service that still runs code of files that an update has replaced.</summary>
public sealed record StaleService(string Unit, IReadOnlyList<string> Files);

/// <summary>Reads /proc/PID/maps and /proc/PID/cgroup.</summary>
public static class DeletedFiles
{
    private const string Deleted = " (deleted)";
    private static readonly string[] Libraries = ["/usr/", "/lib/", "/lib64/", "/opt/", "/bin/", "/sbin/"];

    /// <summary>The programs and libraries that are mapped to be executed and no longer on the disk, each once.</summary>
    public static IReadOnlyList<string> In(ReadOnlySpan<char> maps)
    {
        List<string>? found = null;
        foreach (var line in maps.EnumerateLines())
        {
            if (!line.EndsWith(Deleted))
                continue;
            // "7f… r-xp 00000000 fe:00 1234   /usr/lib/libc.so.6 (deleted)": only what is executable is code.
            var permissions = line.IndexOf(' ') + 1;
            var start = line.IndexOf('/');
            if (permissions == 0 || permissions + 4 > line.Length || line[permissions + 2] != 'x' || start < 0)
                continue;
            var path = line[start..^Deleted.Length];
            if (!IsLibrary(path))
                continue;
            var text = path.ToString();
            if (found?.Contains(text) != true)
                (found ??= []).Add(text);
        }

        return found ?? [];
    }

    /// <summary>The unit of a process; null in a container, whose files are its image's, and where it has none.</summary>
    public static string? UnitOf(ReadOnlySpan<char> cgroup)
    {
        foreach (var line in cgroup.EnumerateLines())
        {
            // "0::/system.slice/x.service", or with version 1 "1:name=systemd:/system.slice/x.service".
            if (!line.StartsWith("0::") && !line.Contains(":name=systemd:", StringComparison.Ordinal))
                continue;
            var path = line[(line.LastIndexOf(':') + 1)..];
            if (path.Contains("kubepods", StringComparison.Ordinal) || path.Contains("/docker", StringComparison.Ordinal) || path.Contains("machine.slice", StringComparison.Ordinal))
                return null;
            foreach (var range in path.Split('/'))
            {
                var part = path[range];
                if (part.EndsWith(".service") || part.EndsWith(".scope"))
                    return part.ToString();
            }
        }

        return null;
    }

    private static bool IsLibrary(ReadOnlySpan<char> path)
    {
        foreach (var directory in Libraries)
        {
            if (path.StartsWith(directory, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
