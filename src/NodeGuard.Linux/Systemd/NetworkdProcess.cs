using System.Globalization;

namespace NodeGuard.Linux.Systemd;

/// <summary>The networkd process, found without D-Bus.</summary>
/// <param name="Pid">In the pid namespace of the proc mount.</param>
/// <param name="Identity">Differs between any two starts of networkd: systemd's InvocationID where it can be read, else pid and start time.</param>
public sealed record NetworkdProcess(int Pid, string Identity)
{
    // comm is cut to 15 characters by the kernel.
    private const string Comm = "systemd-network";
    private const string Executable = "systemd-networkd";

    /// <summary>
    /// The one of this process's network namespace: containers of the host may run their own. Null when there is none.
    /// </summary>
    public static NetworkdProcess? Find(string procRoot)
    {
        string? ownNamespace = new FileInfo("/proc/self/ns/net").LinkTarget;
        foreach (string directory in Directory.EnumerateDirectories(procRoot))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                || Read($"{directory}/comm")?.TrimEnd() != Comm || !RunsNetworkd(directory)
                || IsElsewhere(directory, ownNamespace))
            {
                continue;
            }

            if (Invocation(directory) is { } identity)
            {
                return new NetworkdProcess(pid, identity);
            }
        }

        return null;
    }

    /// <summary>
    /// systemd-network-generator and others share the cut name. The command line is what a less privileged reader can
    /// see too; argv[0] is the path that the unit names.
    /// </summary>
    private static bool RunsNetworkd(string directory) =>
        Read($"{directory}/cmdline")?.Split('\0')[0] is { } path && Path.GetFileName(path) == Executable;

    /// <summary>False also when the namespace cannot be read: the only networkd that shows is then taken for ours.</summary>
    private static bool IsElsewhere(string directory, string? ownNamespace)
    {
        try
        {
            return new FileInfo($"{directory}/ns/net").LinkTarget is { } other && other != ownNamespace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? Invocation(string directory)
    {
        const string variable = "INVOCATION_ID=";
        string? assignment = Read($"{directory}/environ")?.Split('\0')
            .FirstOrDefault(line => line.StartsWith(variable, StringComparison.Ordinal));
        return assignment is not null ? assignment[variable.Length..] : StartTime(directory);
    }

    /// <summary>Field 22 of stat, in clock ticks since boot; the name before it may hold spaces and parentheses.</summary>
    private static string? StartTime(string directory)
    {
        string? stat = Read($"{directory}/stat");
        string[]? fields = stat?[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is { Length: > 19 } ? $"{Path.GetFileName(directory)}@{fields[19]}" : null;
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
