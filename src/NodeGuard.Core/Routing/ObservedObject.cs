namespace NodeGuard.Core.Routing;

/// <summary>
/// One object as a notification or dump showed it. The spans point into the reader's scratch memory and are valid
/// until the next read: whoever keeps the object copies them.
/// </summary>
public readonly ref struct ObservedObject
{
    public required ObjectKey Key { get; init; }

    public required ObjectFacts Facts { get; init; }

    /// <summary>
    /// The whole netlink message that re-creates the object: nlmsghdr (sequence and portid zero, flags
    /// REQUEST|ACK|CREATE|EXCL), family header, every attribute that was dumped.
    /// </summary>
    public required ReadOnlySpan<byte> Request { get; init; }

    /// <summary>
    /// The content that makes two observations the same object: equal bytes, same object. Leaves out what changes by
    /// itself (link state flags, counters, lifetimes). Usually a slice of <see cref="Request"/>.
    /// </summary>
    public required ReadOnlySpan<byte> Identity { get; init; }

    /// <summary>
    /// A message to send once <see cref="Request"/> has succeeded, or empty. IPv6 addresses come back with IFA_F_NODAD,
    /// so that they are usable at once (they were ours a millisecond ago); the follow-up restores their own flags.
    /// </summary>
    public ReadOnlySpan<byte> FollowUp { get; init; }

    /// <summary>
    /// A hop of an IPv6 route, told among its siblings: only then the kernel tells its weight. Alone it is told without.
    /// </summary>
    public bool ShowsWeight { get; init; }

    /// <summary>FRA_IIFNAME of a rule without its terminating NUL; empty for none.</summary>
    public ReadOnlySpan<byte> InputLinkName { get; init; }

    /// <summary>FRA_OIFNAME of a rule without its terminating NUL; empty for none.</summary>
    public ReadOnlySpan<byte> OutputLinkName { get; init; }

    /// <summary>NHA_GROUP as the kernel sent it: struct nexthop_grp entries of 8 bytes, each starting with the member's id; empty for none.</summary>
    public ReadOnlySpan<byte> GroupMembers { get; init; }
}
