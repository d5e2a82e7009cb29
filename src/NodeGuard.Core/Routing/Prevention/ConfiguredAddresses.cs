using System.Net;

namespace NodeGuard.Core.Routing.Prevention;

/// <summary>The addresses that a .network file gives its links: networkd's own, whoever says otherwise.</summary>
public static class ConfiguredAddresses
{
    public static IEnumerable<IPAddress> Of(ConfigStack network) => network.Files
        .SelectMany(static file => file.Lines)
        .Where(static line => line is { Section: "Network" or "Address", Key: "Address" })
        .Select(static line => IPAddress.TryParse(line.Value.Split('/')[0].Trim(), out var address) ? address : null)
        .OfType<IPAddress>();
}
