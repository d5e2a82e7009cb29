using System.Globalization;

namespace NodeGuard.Linux.Systemd;

/// <summary>The portids of networkd's rtnetlink sockets, and how well they are known.</summary>
public abstract record NetworkdSockets
{
    private NetworkdSockets()
    {
    }

    /// <summary>Matched by socket inode.</summary>
    public sealed record Found(uint[] PortIds) : NetworkdSockets;

    /// <summary>
    /// networkd's descriptors cannot be read (CAP_SYS_PTRACE is missing); the sockets that listen as networkd's socket
    /// unit does are taken for its own.
    /// </summary>
    public sealed record Assumed(uint[] PortIds, string Problem) : NetworkdSockets;

    public sealed record Unknown(string Problem) : NetworkdSockets;

    // ListenNetlink=route 1361 of systemd-networkd.socket, as a mask: the groups link, IPv4/IPv6 address and route.
    private const uint SocketUnitGroups = 1361;

    internal sealed record Row(uint PortId, uint Groups, string Inode);

    public static NetworkdSockets Find(string procRoot, int pid)
    {
        List<Row> rows;
        try
        {
            rows = ParseRows(File.ReadLines($"{procRoot}/net/netlink"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Unknown($"{procRoot}/net/netlink cannot be read ({e.Message}): flushes cannot be told from owners' deletions");
        }

        try
        {
            HashSet<string> inodes = ReadSocketInodes($"{procRoot}/{pid}/fd");
            uint[] portIds = [.. rows.Where(row => inodes.Contains(row.Inode)).Select(row => row.PortId)];
            return portIds.Length > 0
                ? new Found(portIds)
                : new Unknown($"systemd-networkd (pid {pid}) has no rtnetlink socket in this network namespace");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            uint[] assumed = [.. rows.Where(row => (row.Groups & SocketUnitGroups) == SocketUnitGroups).Select(row => row.PortId)];
            string problem = $"the sockets of systemd-networkd (pid {pid}) cannot be read ({e.Message}): grant CAP_SYS_PTRACE";
            return assumed.Length > 0
                ? new Assumed(assumed, problem + "; until then the sockets that listen as networkd's are taken for its own")
                : new Unknown(problem);
        }
    }

    /// <summary>
    /// True when the socket of this portid listens as systemd-networkd.socket makes it: that socket lives before networkd
    /// starts and after it ends.
    /// </summary>
    public static bool ListensAsNetworkd(string procRoot, uint portId)
    {
        try
        {
            return ParseRows(File.ReadLines($"{procRoot}/net/netlink"))
                .Exists(row => row.PortId == portId && (row.Groups & SocketUnitGroups) == SocketUnitGroups);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Columns sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode; Eth 0 is NETLINK_ROUTE, Pid 0 the kernel's own.</summary>
    internal static List<Row> ParseRows(IEnumerable<string> lines)
    {
        var rows = new List<Row>();
        // TryParse takes zero bytes behind a number for nothing; a line that has one is not the kernel's.
        foreach (string line in lines.Skip(1).Where(static line => !line.Contains('\0')))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 10 && fields[1] == "0" && TryParsePortId(fields[2], out uint portId) && portId != 0
                && uint.TryParse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint groups))
            {
                rows.Add(new Row(portId, groups, fields[9]));
            }
        }

        return rows;
    }

    /// <summary>Portids that the kernel chose after a collision are negative; kernels print them as either sign.</summary>
    private static bool TryParsePortId(string text, out uint portId)
    {
        bool parsed = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
        portId = unchecked((uint)number);
        return parsed && number is >= int.MinValue and <= uint.MaxValue;
    }

    private static HashSet<string> ReadSocketInodes(string directory)
    {
        const string prefix = "socket:[";
        var inodes = new HashSet<string>(StringComparer.Ordinal);
        bool anyRefused = false;
        foreach (FileSystemInfo descriptor in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            string? target = descriptor.LinkTarget;
            anyRefused |= target is null;
            int at = target?.LastIndexOf(prefix, StringComparison.Ordinal) ?? -1;
            if (at >= 0)
            {
                inodes.Add(target![(at + prefix.Length)..].TrimEnd(']'));
            }
        }

        // With CAP_DAC_READ_SEARCH alone the descriptors can be listed, but not where they lead.
        return inodes.Count == 0 && anyRefused
            ? throw new UnauthorizedAccessException($"{directory} can be listed, and no entry of it read")
            : inodes;
    }
}
