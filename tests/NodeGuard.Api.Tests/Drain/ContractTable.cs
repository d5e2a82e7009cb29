using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>The cases as docs/drain.md shows them.</summary>
internal static class ContractTable
{
    public const string Begin = "<!-- The cases of tests/NodeGuard.Api.Tests/Drain; NODEGUARD_UPDATE_GOLDEN=1 writes what follows. -->";

    public static string Page([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "drain.md"));

    public static string Text(IReadOnlyList<DrainCase> cases)
    {
        var text = new StringBuilder();
        string[] differing = [.. cases.Where(c => c.Because.Count > 0).Select(c => c.Name)];
        text.Append(CultureInfo.InvariantCulture, $"{cases.Count} cases; in {differing.Length} of them the two differ.\n\n");
        text.Append("| Why | |\n|-|-|\n");
        foreach (Difference difference in cases.SelectMany(c => c.Because).DistinctBy(d => d.Id).OrderBy(d => d.Id, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"| {difference.Id} | {difference.Reason} |\n");
        foreach (IGrouping<string, DrainCase> section in cases.GroupBy(c => c.Section))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {section.Key}\n\n| Case | Flags | `kubectl drain` | `nodeguard drain` | Why |\n|-|-|-|-|-|\n");
            foreach (DrainCase row in section)
            {
                string flags = $"{row.Flags} {row.OwnFlags}".Trim();
                string own = row.NodeGuard == row.Kubectl ? row.Because.Count > 0 ? Note(row) : "the same" : row.NodeGuard;
                text.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {(flags.Length > 0 ? $"`{flags}`" : "")} | {row.Kubectl} | {own} | {string.Join(", ", row.Because.Select(b => b.Id))} |\n");
            }
        }

        return text.ToString();
    }

    private static string Note(DrainCase row) => row.NodeGuardSays.Count > 0 ? "the same, and says so" : "the same, in order";
}
