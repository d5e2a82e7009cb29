using System.Globalization;
using System.Net;
using NodeGuard.Core.Routing;

namespace NodeGuard.Cli.Drills;

/// <summary>What the kernel finds an object by, in `ip`'s words.</summary>
internal static class ObjectKeyText
{
    private const byte AF_INET = 2;

    public static string Of(in ObjectKey key) => key.Kind switch
    {
        ObjectKind.Address => Text($"{Address(key.Family, key.Destination)}/{key.PrefixLength} on link {key.Index}"),
        ObjectKind.Nexthop => Text($"nexthop id {key.Index}"),
        ObjectKind.Route => Route(key),
        _ => Text($"{(key.Family == AF_INET ? "inet" : "inet6")} rule with priority {key.Priority}"),
    };

    public static IPAddress Address(byte family, AddressNumber number)
    {
        Span<byte> bytes = stackalloc byte[16];
        number.WriteBigEndian(bytes);
        return new IPAddress(family == AF_INET ? bytes[12..] : bytes);
    }

    private static string Route(in ObjectKey key)
    {
        var destination = key.PrefixLength == 0 ? "default" : $"{Address(key.Family, key.Destination)}/{key.PrefixLength}";
        var source = key.SourcePrefixLength == 0 ? "" : $" from {Address(key.Family, key.Source)}/{key.SourcePrefixLength}";
        return Text($"{destination}{source} table {key.Index} metric {key.Priority}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
