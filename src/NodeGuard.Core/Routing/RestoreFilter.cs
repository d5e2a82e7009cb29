using System.IO.Enumeration;

namespace NodeGuard.Core.Routing;

/// <summary>An inclusive range of rule priorities.</summary>
public readonly record struct PriorityRange(uint First, uint Last)
{
    public bool Contains(uint priority) => priority >= First && priority <= Last;
}

/// <summary>
/// What the operator excluded from being restored. Asked once, when an object enters the ledger, so that the hot path
/// reads one flag.
/// </summary>
public sealed record RestoreFilter
{
    public static readonly RestoreFilter None = new();

    /// <summary>rtm_protocol and FRA_PROTOCOL numbers.</summary>
    public IReadOnlySet<byte> Protocols { get; init; } = new HashSet<byte>();

    /// <summary>Route tables. A rule is matched by its priority, not by the table it points to.</summary>
    public IReadOnlySet<uint> Tables { get; init; } = new HashSet<uint>();

    /// <summary>Rule priorities.</summary>
    public IReadOnlyList<PriorityRange> Priorities { get; init; } = [];

    /// <summary>Names of devices, with * and ?: of a route's or nexthop's output, an address, a rule's iif or oif.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <param name="observed">The object that enters the ledger.</param>
    /// <param name="linkName">Name of <see cref="ObjectFacts.LinkIndex"/>, or null when it is unknown or there is none.</param>
    public bool Excludes(in ObservedObject observed, string? linkName)
    {
        if (observed.Key.Kind != ObjectKind.Address && Protocols.Contains(observed.Facts.Protocol))
        {
            return true;
        }

        return observed.Key.Kind switch
        {
            ObjectKind.Route when Tables.Contains(observed.Key.Index) => true,
            ObjectKind.Rule when ContainsPriority(observed.Key.Priority) => true,
            ObjectKind.Rule => MatchesDevice(observed.InputLinkName) || MatchesDevice(observed.OutputLinkName),
            _ => linkName is not null && MatchesDevice(linkName),
        };
    }

    private bool ContainsPriority(uint priority)
    {
        foreach (PriorityRange range in Priorities)
        {
            if (range.Contains(priority))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesDevice(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && Devices.Count > 0 && MatchesDevice(System.Text.Encoding.UTF8.GetString(name));

    private bool MatchesDevice(string name)
    {
        foreach (string pattern in Devices)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
