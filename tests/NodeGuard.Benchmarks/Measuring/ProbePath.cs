using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>A way from inside a container to an address at its peer: only a foreign rule, and the foreign route behind it, lead there.</summary>
/// <param name="Target">An address of the peer.</param>
/// <param name="Source">On lo inside, and not the address of host0: systemd 252 takes its own address away and gives it back at every start.</param>
/// <param name="Route">Arguments of `ip route add`.</param>
/// <param name="Rule">Arguments of `ip rule add`.</param>
/// <param name="PeerLink">The peer's end of the link.</param>
internal sealed record ProbePath(string Target, string Source, string Route, string Rule, string PeerLink)
{
    private const string PodLink = "pod0";
    private const string PodPeerLink = "pod0-peer";

    /// <summary>
    /// What pods have on EKS: a rule to a table whose route leaves by a link that no .network file matches. networkd leaves
    /// that route alone, so a flush cuts this path by the rule and by nothing else.
    /// </summary>
    public static readonly ProbePath RulePath = new(
        "203.0.113.1", "203.0.113.2", $"203.0.113.0/24 dev {PodLink} table 998", "from 203.0.113.2/32 table 998 priority 1998", PodPeerLink);

    /// <summary>Needs its rule, its route, and the address of host0, without which the kernel takes no gateway there.</summary>
    public static readonly ProbePath GatewayPath = new(
        "198.51.100.1", "198.51.100.2", "198.51.100.0/24 via 10.77.0.1 dev host0 table 999", "to 198.51.100.1/32 table 999 priority 1999", "peer0");

    public static IReadOnlyList<ProbePath> All { get; } = [RulePath, GatewayPath];

    /// <summary>The link of <see cref="RulePath"/>'s route, which cannot be added without.</summary>
    public static async Task AddLinkAsync(LabContainer container)
    {
        await container.AddLinkAsync(PodLink, PodPeerLink);
        await container.IpAsync("link", "set", PodLink, "up");
    }

    /// <summary>After <see cref="AddLinkAsync"/>: targets and sources, and no default route, by which a probe would find its way without the rule.</summary>
    public static async Task AddEndsAsync(LabContainer container)
    {
        foreach (ProbePath path in All)
        {
            (await container.PeerAsync("ip", "addr", "add", $"{path.Target}/32", "dev", "lo")).Succeeded();
            (await container.PeerAsync("ip", "route", "add", $"{path.Source}/32", "dev", path.PeerLink)).Succeeded();
            await container.IpAsync("addr", "add", $"{path.Source}/32", "dev", "lo");
        }

        // The file acts at networkd's next start; until then networkd does not put the route back.
        string file = container.ProcPath("/etc/systemd/network/10-host0.network");
        IEnumerable<string> lines = await File.ReadAllLinesAsync(file);
        await File.WriteAllLinesAsync(file, lines.Where(line => !line.StartsWith("Gateway=", StringComparison.Ordinal)));
        await container.IpAsync("-4", "route", "del", "default");
    }
}
