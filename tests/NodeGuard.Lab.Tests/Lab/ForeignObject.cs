namespace NodeGuard.Lab.Tests.Lab;

/// <summary>One kind of routing object that something other than networkd makes.</summary>
/// <param name="Kind">What makes it worth a test of its own.</param>
/// <param name="Commands">Arguments of `ip`, without the family.</param>
public sealed record ForeignObject(string Kind, bool IPv6, params string[] Commands)
{
    /// <summary>Why the networkd of that suite leaves it alone, or null where a flush takes it.</summary>
    public Func<LabSuite, string?> SparedBy { get; init; } = static _ => null;

    /// <summary>The option that `ip` wants: a nexthop group has no family.</summary>
    public string FamilyOption => Commands[0].StartsWith("nexthop", StringComparison.Ordinal) ? "-0" : IPv6 ? "-6" : "-4";

    public override string ToString() => $"{(IPv6 ? "IPv6" : "IPv4")} {Kind}";
}
