using System.Net;

namespace NodeGuard.Core.Resolving;

/// <summary>Whether a host can have names resolved, from what its nameservers answer.</summary>
public static class NameResolution
{
    /// <summary>
    /// One of the configured servers must be of use. A server elsewhere is when it says anything at all: what it cannot find
    /// out is not this host's doing. One on this host has to know more than SERVFAIL, which is what a forwarder says that
    /// reaches nobody. The stub of systemd-resolved answers from its cache for hours after it has lost everybody: of it an
    /// answer is wanted, and one of the servers that it asks.
    /// </summary>
    /// <param name="configured">Those of resolv.conf with their replies.</param>
    /// <param name="uplinks">Those that the stub asks; none where it tells none, or there is no stub.</param>
    /// <returns>Null where no server is configured.</returns>
    public static bool? Of(IReadOnlyList<(IPAddress Server, DnsReply Reply)> configured, IReadOnlyList<(IPAddress Server, DnsReply Reply)> uplinks)
    {
        if (configured.Count == 0)
            return null;
        bool reachesUplink = uplinks.Any(static uplink => uplink.Reply != DnsReply.None);
        return configured.Any(asked => asked switch
        {
            { Reply: DnsReply.None } => false,
            { Server: var server } when ResolvConf.IsStub(server) && uplinks.Count > 0 => reachesUplink,
            { Reply: DnsReply.Failed, Server: var server } => !IPAddress.IsLoopback(server),
            _ => true,
        });
    }
}
