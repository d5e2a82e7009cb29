namespace NodeGuard.Linux.Packages;

/// <summary>Whether a default route stands, of either family, as /proc/net tells the main tables of this network namespace.</summary>
public static class DefaultRoute
{
    private const string Ipv6Default = "00000000000000000000000000000000 00 ";

    // RTF_REJECT of linux/route.h: the kernel's own "unreachable" at the end of the table.
    private const uint RTF_REJECT = 0x0200;

    /// <param name="directory">/proc/net of the namespace.</param>
    /// <returns>Null when it cannot be read.</returns>
    public static bool? Exists(string directory = "/proc/net")
    {
        try
        {
            return File.ReadLines($"{directory}/route").Skip(1).Any(IsIpv4Default)
                || (File.Exists($"{directory}/ipv6_route") && File.ReadLines($"{directory}/ipv6_route").Any(IsIpv6Default));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Iface Destination Gateway Flags RefCnt Use Metric Mask …
    private static bool IsIpv4Default(string line) =>
        line.Split('\t', StringSplitOptions.TrimEntries) is [_, "00000000", _, var flags, _, _, _, "00000000", ..] && !IsRejected(flags);

    // destination, prefix length, source, its length, next hop, metric, references, uses, flags, device
    private static bool IsIpv6Default(string line) =>
        line.StartsWith(Ipv6Default, StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., var flags, var device] && device != "lo" && !IsRejected(flags);

    private static bool IsRejected(string flags) =>
        !uint.TryParse(flags, System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out uint bits) || (bits & RTF_REJECT) != 0;
}
