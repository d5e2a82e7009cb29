using System.Globalization;

namespace NodeGuard.Linux.Systemd;

/// <summary>A link as networkd's state file describes it.</summary>
/// <param name="Index">ifindex.</param>
/// <param name="AdministrativeState">configured, configuring, unmanaged, …; null when the file does not tell.</param>
/// <param name="NetworkFile">The .network file in use; null when there is none.</param>
public sealed record LinkState(int Index, string? AdministrativeState, string? NetworkFile);

/// <summary>/run/systemd/netif/links: what networkd writes about each link it knows, readable without the bus.</summary>
public static class LinkStateFiles
{
    /// <summary>Null when they could not be read, which is not the same as no links.</summary>
    public static IReadOnlyList<LinkState>? Read(string directory = "/run/systemd/netif/links")
    {
        try
        {
            var links = new List<LinkState>();
            foreach (var file in Directory.EnumerateFiles(directory))
            {
                if (int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                    links.Add(Parse(index, File.ReadAllText(file)));
            }

            return [.. links.OrderBy(static link => link.Index)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static LinkState Parse(int index, string text)
    {
        string? state = null;
        string? network = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("ADMIN_STATE=", StringComparison.Ordinal))
                state = line["ADMIN_STATE=".Length..].Trim();
            else if (line.StartsWith("NETWORK_FILE=", StringComparison.Ordinal))
                network = line["NETWORK_FILE=".Length..].Trim();
        }

        return new LinkState(index, Known(state), Known(network));
    }

    private static string? Known(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
