using System.Globalization;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Systemd;

/// <summary>The links that networkd manages, by its state files and /sys, without the bus.</summary>
public static class ManagedLinks
{
    /// <summary>Null when networkd has told of none.</summary>
    public static IReadOnlyList<ObservedLink>? Read(HostRoot root) => NetworkdLinks.Read(root.Map(NetworkdLinks.Directory)) is { } states
        ? [.. states.Where(static state => state.State is not "unmanaged").Select(state => new ObservedLink(state.Index, NameOf(root, state.Index), state.NetworkFile))]
        : null;

    private static string NameOf(HostRoot root, int index)
    {
        string number = index.ToString(CultureInfo.InvariantCulture);
        try
        {
            string? link = Directory.EnumerateDirectories(root.Map("/sys/class/net"))
                .FirstOrDefault(directory => File.ReadAllText(Path.Combine(directory, "ifindex")).Trim() == number);
            return link is null ? $"link {number}" : Path.GetFileName(link);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return $"link {number}";
        }
    }
}
