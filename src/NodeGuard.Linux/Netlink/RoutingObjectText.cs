namespace NodeGuard.Linux.Netlink;

/// <summary>One line for the message that creates a routing object, in the words of `ip`.</summary>
public static class RoutingObjectText
{
    /// <summary>Never fails: see <see cref="RoutingObjectView.From"/>.</summary>
    public static string Of(ReadOnlySpan<byte> request, Func<int, string?> linkName) =>
        RoutingObjectView.From(request, linkName).Text;
}
