using System.Globalization;

namespace NodeGuard.Linux.Systemd;

/// <summary>One link as networkd sees it.</summary>
/// <param name="Index">ifindex.</param>
/// <param name="State">networkd's administrative state: pending, initialized, configuring, configured, unmanaged, failed, linger.</param>
/// <param name="NetworkFile">The .network file that it applied; null when it manages the link by none.</param>
public sealed record NetworkdLink(int Index, string State, string? NetworkFile)
{
    public bool Managed => NetworkFile is not null && State != "unmanaged";

    /// <summary>No pass over the link is under way or coming by itself.</summary>
    public bool Settled => State is "configured" or "unmanaged" or "failed" or "linger";
}

/// <summary>
/// networkd's per-link state files, which networkctl reads too; the same on 247 to 262 and there without a bus.
/// </summary>
public static class NetworkdLinks
{
    public const string Directory = "/run/systemd/netif/links";

    /// <summary>Null when the directory cannot be read: then nothing is known of any link.</summary>
    public static IReadOnlyList<NetworkdLink>? Read(string directory = Directory)
    {
        try
        {
            var links = new List<NetworkdLink>();
            foreach (string path in System.IO.Directory.EnumerateFiles(directory))
            {
                if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
                {
                    links.Add(Parse(index, File.ReadAllLines(path)));
                }
            }

            return [.. links.OrderBy(link => link.Index)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static NetworkdLink Parse(int index, IEnumerable<string> lines)
    {
        string state = "unknown";
        string? file = null;
        foreach (string line in lines)
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : line[(equals + 1)..].Trim('"');
            switch (equals < 0 ? "" : line[..equals])
            {
                case "ADMIN_STATE":
                    state = value;
                    break;
                case "NETWORK_FILE" when value.Length > 0:
                    file = value;
                    break;
            }
        }

        return new NetworkdLink(index, state, file);
    }
}
