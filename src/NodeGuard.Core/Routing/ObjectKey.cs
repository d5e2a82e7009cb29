namespace NodeGuard.Core.Routing;

/// <summary>
/// What the kernel finds an object by. Several live objects can share a key (equal-priority rules, appended IPv4
/// routes, the hops of an IPv6 multipath route); their content tells them apart.
/// </summary>
/// <remarks>
/// Meaning of the fields by kind; fields that are not named are zero.
/// <list type="bullet">
/// <item>Address: Family, PrefixLength, Index = ifindex, Destination = local address, Source = peer address.</item>
/// <item>Nexthop: Index = nexthop id (family is zero: ids are shared by both families).</item>
/// <item>Route: Family, PrefixLength, SourcePrefixLength, Tos, Index = table, Priority = metric, Destination, Source.</item>
/// <item>Rule: Family, Priority.</item>
/// </list>
/// IPv4 addresses are in the low 32 bits; all numbers are in host order, so that keys read like `ip` output.
/// </remarks>
public readonly record struct ObjectKey(
    ObjectKind Kind,
    byte Family,
    byte PrefixLength,
    byte SourcePrefixLength,
    byte Tos,
    uint Index,
    uint Priority,
    AddressNumber Destination,
    AddressNumber Source)
{
    // Written out because precompiled code boxes an enum to compare or to hash it (.NET 10): 24 bytes for each look-up, on the
    // thread that must not allocate.
    public bool Equals(ObjectKey other) =>
        SmallParts == other.SmallParts && Index == other.Index && Priority == other.Priority
        && Destination.High == other.Destination.High && Destination.Low == other.Destination.Low
        && Source.High == other.Source.High && Source.Low == other.Source.Low;

    public override int GetHashCode() =>
        HashCode.Combine(SmallParts, Index, Priority, Destination.High, Destination.Low, Source.High, Source.Low);

    private ulong SmallParts =>
        (ulong)Kind | ((ulong)Family << 8) | ((ulong)PrefixLength << 16) | ((ulong)SourcePrefixLength << 24) | ((ulong)Tos << 32);
}
