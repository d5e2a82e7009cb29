using System.Text.Json;
using NodeGuard.Core.Routing;

namespace NodeGuard.Linux.Systemd.Description;

/// <summary>Reads the JSON of org.freedesktop.network1.Manager.Describe() (252 to 262). Throws nothing.</summary>
public static class DescriptionReader
{
    // 100,000 routes are some 40 million characters, and a reader of more would cost the agent its memory bound.
    private const int LongestJson = 48 * 1024 * 1024;

    public static NetworkdDescription Read(string json)
    {
        if (json.Length > LongestJson)
            return new NetworkdDescription.Invalid($"networkd's description has {json.Length} characters; at most {LongestJson} are read");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Collector().Collect(new JsonFields(document.RootElement))
                : new NetworkdDescription.Invalid($"networkd's description should be a JSON object, but is {document.RootElement.ValueKind}");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // The latter two are how System.Text.Json says that a string is not valid UTF-16.
            return new NetworkdDescription.Invalid($"networkd's description is not JSON: {e.Message}");
        }
    }

    private sealed class Collector
    {
        private readonly List<OwnAddress> _addresses = [];
        private readonly List<OwnNexthop> _nexthops = [];
        private readonly List<OwnRoute> _routes = [];
        private readonly List<OwnRule> _rules = [];
        private int _unreadable;
        private bool _sourcesNamed;

        public NetworkdDescription Collect(JsonFields manager)
        {
            CollectLink(manager, linkIndex: 0);
            Add(manager.Items("RoutingPolicyRules"), _rules, ReadRule);
            foreach (JsonElement item in manager.Items("Interfaces"))
            {
                var link = new JsonFields(item);
                if (link.Number("Index") is > 0 and <= int.MaxValue and var index)
                    CollectLink(link, (int)index);
                else
                    _unreadable++;
            }

            return _sourcesNamed
                ? new NetworkdDescription.Offered(new NetworkdOwnObjects(_addresses, _nexthops, _routes, _rules, _unreadable))
                : new NetworkdDescription.NotOffered("networkd's description names no ConfigSource of any object");
        }

        /// <summary>Of a link, or of the manager, which lists what has no device.</summary>
        private void CollectLink(JsonFields owner, int linkIndex)
        {
            Add(owner.Items("Addresses"), _addresses, (fields, source) => ReadAddress(fields, source, linkIndex));
            Add(owner.Items("NextHops"), _nexthops, (fields, source) => ReadNexthop(fields, source, linkIndex));
            Add(owner.Items("Routes"), _routes, (fields, source) => ReadRoute(fields, source, linkIndex));
        }

        private void Add<T>(IEnumerable<JsonElement> items, List<T> own, Func<JsonFields, string, T?> read)
            where T : class
        {
            foreach (JsonElement item in items)
            {
                var fields = new JsonFields(item);
                string? source = fields.Text("ConfigSource");
                _sourcesNamed |= source is not null;
                // A requested or probed object is not in the kernel yet; one that is there by then is somebody else's.
                if (source == "foreign" || fields.Text("ConfigState") is "requesting" or "probing")
                    continue;
                if (source is not null && read(fields, source) is { } known)
                    own.Add(known);
                else
                    _unreadable++;
            }
        }
    }

    private static OwnAddress? ReadAddress(JsonFields fields, string source, int linkIndex)
    {
        if (linkIndex == 0 || fields.Address("Address") is not { } local
            || fields.Octet("PrefixLength") is not { } length || !Fits(length, local.Family))
        {
            return null;
        }

        AddressNumber peer = (fields.Address("Peer") ?? local).Address;
        return new OwnAddress(
            new ObjectKey(ObjectKind.Address, local.Family, length, 0, 0, (uint)linkIndex, 0, local.Address, peer), source);
    }

    private static OwnNexthop? ReadNexthop(JsonFields fields, string source, int linkIndex) =>
        fields.Number("ID") is > 0 and var id
            ? new OwnNexthop(new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, id, 0, 0, 0), source, linkIndex)
            : null;

    private static OwnRoute? ReadRoute(JsonFields fields, string source, int linkIndex)
    {
        if (fields.Octet("Family") is not { } family || ReadPrefix(fields, "Destination", family) is not { } destination
            || ReadPrefix(fields, "Source", family) is not { } from || fields.Number("Table") is not { } table
            || fields.Number("Priority") is not { } priority || fields.Octet("Type") is not { } type
            || fields.Octet("Protocol") is not { } protocol)
        {
            return null;
        }

        // TOS is not in 252's JSON, which has no route with one.
        var key = new ObjectKey(
            ObjectKind.Route, family, destination.Length, from.Length, fields.Octet("TOS") ?? 0, table, priority,
            destination.Address, from.Address);
        return new OwnRoute(key, source, linkIndex, type, protocol, fields.Address("Gateway"));
    }

    private static OwnRule? ReadRule(JsonFields fields, string source)
    {
        if (fields.Octet("Family") is not { } family || fields.Number("Priority") is not { } priority
            || fields.Octet("Protocol") is not { } protocol || fields.Octet("Type") is not { } type
            || ReadPrefix(fields, "FromPrefix", family) is not { } from || ReadPrefix(fields, "ToPrefix", family) is not { } to)
        {
            return null;
        }

        return new OwnRule(
            new ObjectKey(ObjectKind.Rule, family, 0, 0, 0, 0, priority, 0, 0), source, protocol, type, fields.Number("Table"),
            from, to, fields.Octet("TOS") ?? 0, fields.Number("FirewallMark") ?? 0, fields.Number("FirewallMask") ?? 0,
            fields.Text("IncomingInterface"), fields.Text("OutgoingInterface"), fields.Flag("Invert"));
    }

    /// <summary>Absent is everything; half of it, or one of another family, is null.</summary>
    private static RulePrefix? ReadPrefix(JsonFields fields, string name, byte family)
    {
        if (!fields.Has(name))
            return default(RulePrefix);
        return fields.Address(name) is { } address && address.Family == family
            && fields.Octet(name + (name.EndsWith("Prefix", StringComparison.Ordinal) ? "Length" : "PrefixLength")) is { } length
            && Fits(length, family)
            ? new RulePrefix(address.Address, length)
            : null;
    }

    private static bool Fits(byte length, byte family) => length <= (family == 2 ? 32 : 128);
}
