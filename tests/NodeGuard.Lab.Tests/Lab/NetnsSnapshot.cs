namespace NodeGuard.Lab.Tests.Lab;

/// <summary>All rules, routes, nexthops and addresses of a container, in a form to compare.</summary>
public sealed class NetnsSnapshot
{
    private const string RulesPrefix = "rule";

    // `ip -d route` repeats a route's nexthop object; the nexthop dump has it too.
    private const string NexthopDetail = "nh_info";

    private static readonly (string Section, string[] Arguments)[] Dumps =
    [
        ("rule4", ["-d", "-4", "rule"]),
        ("rule6", ["-d", "-6", "rule"]),
        ("route4", ["-d", "-4", "-o", "route", "show", "table", "all"]),
        ("route6", ["-d", "-6", "-o", "route", "show", "table", "all"]),
        ("nexthop", ["-d", "-o", "nexthop"]),
        ("addr4", ["-o", "-4", "addr"]),
        ("addr6", ["-o", "-6", "addr"]),
    ];

    private NetnsSnapshot(IReadOnlyList<SnapshotLine> lines) => Lines = lines;

    /// <summary>Rules in the kernel's order; all else sorted, since the kernel's order there means nothing.</summary>
    public IReadOnlyList<SnapshotLine> Lines { get; }

    public static async Task<NetnsSnapshot> TakeAsync(LabContainer container)
    {
        var lines = new List<SnapshotLine>();
        foreach ((string section, string[] arguments) in Dumps)
        {
            string dump = await container.IpAsync(arguments);
            IEnumerable<SnapshotLine> parsed = dump
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.TrimStart().StartsWith(NexthopDetail, StringComparison.Ordinal))
                .Select(line => SnapshotLine.Parse(section, WithoutIndex(section, line)));
            lines.AddRange(IsOrdered(section) ? parsed : parsed.OrderBy(line => line.Text, StringComparer.Ordinal));
        }

        return new NetnsSnapshot(lines);
    }

    /// <summary>Lines "- lost", "+ appeared" and, where only the order of rules differs, "~ moved"; empty when equal.</summary>
    public static IReadOnlyList<string> Diff(NetnsSnapshot before, NetnsSnapshot after)
    {
        List<SnapshotLine> lost = before.Missing(after);
        List<SnapshotLine> appeared = after.Missing(before);
        List<string> lines = [.. lost.Select(line => $"- {line}"), .. appeared.Select(line => $"+ {line}")];
        if (lines.Count > 0)
        {
            return lines;
        }

        return [.. before.Lines.Zip(after.Lines)
            .Where(pair => IsOrdered(pair.First.Section) && pair.First.Text != pair.Second.Text)
            .Select(pair => $"~ {pair.First} is now where {pair.Second.Text} should be")];
    }

    /// <summary>The lines that <paramref name="other"/> has fewer times.</summary>
    public List<SnapshotLine> Missing(NetnsSnapshot other)
    {
        var unmatched = other.Lines.ToList();
        var missing = new List<SnapshotLine>();
        foreach (SnapshotLine line in Lines)
        {
            int match = unmatched.FindIndex(line.Matches);
            if (match < 0)
            {
                missing.Add(line);
            }
            else
            {
                unmatched.RemoveAt(match);
            }
        }

        return missing;
    }

    private static bool IsOrdered(string section) => section.StartsWith(RulesPrefix, StringComparison.Ordinal);

    // `ip -o addr` starts with the link's index, which a link that comes back does not keep.
    private static string WithoutIndex(string section, string line) =>
        section.StartsWith("addr", StringComparison.Ordinal) ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..] : line;
}
