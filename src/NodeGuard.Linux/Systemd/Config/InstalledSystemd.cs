using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Linux.Systemd.Config;

/// <summary>
/// The systemd that is installed, which networkd's next start will be; the manager on the bus can still be the one
/// from before an update.
/// </summary>
public static class InstalledSystemd
{
    // Every release from 230 on links its programs to this library, which bears the release's number: 257 or 257.13-1.fc42.
    private const string Prefix = "libsystemd-shared-";
    private const string Ending = ".so";

    /// <summary>Null when it cannot be told. While an update unpacks, two can be there: the newer is what comes.</summary>
    public static SystemdVersion? Version(HostRoot root)
    {
        try
        {
            return Directories(root)
                .SelectMany(directory => root.Names(directory, Ending))
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(name => SystemdVersion.Parse(name[Prefix.Length..^Ending.Length]))
                .Max();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Fedora's and Arch's place, Debian's before merged /usr, Debian's multiarch one.</summary>
    private static IEnumerable<string> Directories(HostRoot root)
    {
        yield return "/usr/lib/systemd";
        yield return "/lib/systemd";
        yield return "/usr/lib64/systemd";
        foreach (var architecture in root.Names("/usr/lib", ""))
        {
            if (architecture.Contains("-linux-", StringComparison.Ordinal))
                yield return $"/usr/lib/{architecture}/systemd";
        }
    }
}
