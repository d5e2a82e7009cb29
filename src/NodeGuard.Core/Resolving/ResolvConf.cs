using System.Net;

namespace NodeGuard.Core.Resolving;

/// <summary>The nameservers of a resolv.conf(5).</summary>
public static class ResolvConf
{
    // MAXNS of glibc: further ones are never asked.
    private const int Most = 3;

    private static readonly IPAddress[] Stubs = [IPAddress.Parse("127.0.0.53"), IPAddress.Parse("127.0.0.54")];

    public static IReadOnlyList<IPAddress> Nameservers(string text) =>
    [
        .. text.Split('\n').Select(Nameserver).OfType<IPAddress>().Take(Most),
    ];

    /// <summary>systemd-resolved itself, on this host.</summary>
    public static bool IsStub(IPAddress server) => Stubs.Contains(server);

    // What follows the address is a comment to glibc, and a line that it cannot read is none.
    private static IPAddress? Nameserver(string line) =>
        line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries) is ["nameserver", var address, ..] && IPAddress.TryParse(address, out IPAddress? server) ? server : null;
}
