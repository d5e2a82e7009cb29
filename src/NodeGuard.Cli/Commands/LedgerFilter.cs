using System.CommandLine;
using NodeGuard.Agent.Control;

namespace NodeGuard.Cli.Commands;

/// <summary>The options that choose among ledger objects; an option that is not given chooses all.</summary>
internal sealed class LedgerFilter
{
    private readonly Option<string[]> _kind = Choice("--kind", "only these kinds", "address", "nexthop", "route", "rule");
    private readonly Option<string[]> _family = Choice("--family", "only this address family", "inet", "inet6");
    private readonly Option<string[]> _owner = Choice("--owner", "only objects of this owner", "foreign", "networkd");
    private readonly Option<string[]> _state = Choice("--state", "only objects in this state", "present", "restoring", "missing");
    private readonly Option<string[]> _table = new("--table")
    {
        Description = "only routes of, and rules to, this table (number or name)",
        HelpName = "table",
        AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command)
    {
        foreach (var option in new[] { _kind, _family, _owner, _state, _table })
            command.Options.Add(option);
    }

    public Func<LedgerObject, bool> Read(ParseResult parsed)
    {
        var kinds = parsed.GetValue(_kind) ?? [];
        var families = parsed.GetValue(_family) ?? [];
        var owners = parsed.GetValue(_owner) ?? [];
        var states = parsed.GetValue(_state) ?? [];
        var tables = parsed.GetValue(_table) ?? [];
        return item =>
            Allows(kinds, item.Kind) && Allows(families, item.Family) && Allows(owners, item.Owner)
            && Allows(states, item.State) && (tables.Length == 0 || (item.Table is { } table && tables.Any(wanted => SameTable(wanted, table))));
    }

    private static bool Allows(string[] wanted, string value) => wanted.Length == 0 || wanted.Contains(value, StringComparer.Ordinal);

    private static bool SameTable(string left, string right) => Number(left) == Number(right);

    // The names that iproute2 ships; others are the operator's, and the agent shows those as numbers.
    private static string Number(string table) => table switch
    {
        "default" => "253",
        "main" => "254",
        "local" => "255",
        _ => table,
    };

    private static Option<string[]> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string[]>(name) { Description = description };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
