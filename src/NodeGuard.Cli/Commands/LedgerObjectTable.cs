using System.Globalization;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Commands;

/// <summary>Ledger objects as rows, in an order that does not change from call to call.</summary>
internal static class LedgerObjectTable
{
    // Rules of one priority stay in the agent's order, which is the order in which the kernel asks them.
    public static List<LedgerObject> Sorted(IEnumerable<LedgerObject> objects) =>
    [
        .. objects
            .OrderBy(static item => KindRank(item.Kind))
            .ThenBy(static item => item.Family, StringComparer.Ordinal)
            .ThenBy(static item => item.Kind is "rule" ? "" : TableSortKey(item.Table), StringComparer.Ordinal)
            .ThenBy(static item => item.Kind is "rule" ? item.Priority ?? 0 : 0)
            .ThenBy(static item => item.Kind is "rule" ? "" : item.Text, StringComparer.Ordinal)
            .ThenBy(static item => item.Kind is "rule" ? "" : item.Id, StringComparer.Ordinal),
    ];

    public static void Write(CliConsole console, IReadOnlyList<LedgerObject> objects, bool wide)
    {
        var table = wide ? WideTable(objects) : NarrowTable(objects);
        table.Write(console);
    }

    private static TextTable NarrowTable(IReadOnlyList<LedgerObject> objects)
    {
        var table = new TextTable(
            new TextColumn("ID"), new TextColumn("KIND"), new TextColumn("FAMILY"), new TextColumn("OWNER"),
            new TextColumn("STATE"), new TextColumn("OBJECT", Flexible: true));
        foreach (var item in objects)
            table.Add(item.Id, item.Kind, item.Family, item.Owner, State(item), item.Text);
        return table;
    }

    private static TextTable WideTable(IReadOnlyList<LedgerObject> objects)
    {
        var table = new TextTable(
            new TextColumn("ID"), new TextColumn("KIND"), new TextColumn("FAMILY"), new TextColumn("OWNER"),
            new TextColumn("STATE"), new TextColumn("TABLE"), new TextColumn("PRIORITY", RightAligned: true),
            new TextColumn("PROTOCOL"), new TextColumn("DEVICE"), new TextColumn("PINNED"), new TextColumn("GUARDED"),
            new TextColumn("RESTORED", RightAligned: true), new TextColumn("OBJECT", Flexible: true),
            new TextColumn("REASON", Flexible: true));
        foreach (var item in objects)
        {
            table.Add(
                item.Id, item.Kind, item.Family, item.Owner, State(item), item.Table,
                item.Priority?.ToString(CultureInfo.InvariantCulture), item.Protocol, item.Device, YesNo(item.Pinned),
                YesNo(item.Guarded), item.Restored.ToString(CultureInfo.InvariantCulture), item.Text, item.Reason);
        }

        return table;
    }

    public static TextCell State(LedgerObject item) => new(item.State, item.State switch
    {
        "present" => Tone.Good,
        "restoring" => Tone.Warning,
        "missing" => Tone.Bad,
        _ => Tone.Plain,
    });

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static int KindRank(string kind) => kind switch
    {
        "address" => 0,
        "nexthop" => 1,
        "route" => 2,
        "rule" => 3,
        _ => 4,
    };

    private static string TableSortKey(string? table) =>
        uint.TryParse(table, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("D10", CultureInfo.InvariantCulture)
            : table ?? "";
}
