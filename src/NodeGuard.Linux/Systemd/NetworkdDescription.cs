using System.Text.Json;
using NodeGuard.Core.Routing;

namespace NodeGuard.Linux.Systemd;

/// <summary>A rule that networkd configured; rules share priorities, so what they match tells them apart.</summary>
public readonly record struct OwnRule(
    byte Family, uint Priority, UInt128 From, byte FromPrefixLength, UInt128 To, byte ToPrefixLength, uint Table, uint FirewallMark);

/// <summary>
/// What networkd says that it configured itself: the objects of its Describe() whose ConfigSource is not "foreign".
/// Offered from systemd 250 on; what the kernel made is "foreign" there too.
/// </summary>
public sealed record NetworkdDescription
{
    // A host with tens of thousands of routes describes them in some 20 MB; more than this is not read.
    private const int MaxLength = 128 * 1024 * 1024;

    /// <summary>Addresses, nexthops and routes.</summary>
    public required IReadOnlySet<ObjectKey> Objects { get; init; }

    public required IReadOnlySet<OwnRule> Rules { get; init; }

    /// <summary>Null, and the reason, when the text is not a description that tells sources.</summary>
    public static NetworkdDescription? Parse(string json, out string? problem)
    {
        if (json.Length > MaxLength)
        {
            problem = $"networkd's description is {json.Length} characters long, more than {MaxLength}";
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var reading = new Reading();
            reading.ReadManager(document.RootElement);
            problem = reading.AnySource ? null : "networkd's description does not tell where its objects come from";
            return reading.AnySource ? new NetworkdDescription { Objects = reading.Objects, Rules = reading.Rules } : null;
        }
        catch (JsonException e)
        {
            problem = $"networkd's description is no JSON: {e.Message}";
            return null;
        }
    }

    private sealed class Reading
    {
        public HashSet<ObjectKey> Objects { get; } = [];

        public HashSet<OwnRule> Rules { get; } = [];

        /// <summary>Every version that tells sources tells that of the loopback address at least.</summary>
        public bool AnySource { get; private set; }

        public void ReadManager(JsonElement manager)
        {
            foreach (JsonElement link in Items(manager, "Interfaces"))
            {
                ReadObjects(link, Number(link, "Index"));
            }

            ReadObjects(manager, 0);
            foreach (JsonElement rule in Items(manager, "RoutingPolicyRules").Where(IsOwn))
            {
                Rules.Add(new OwnRule(
                    (byte)Number(rule, "Family"), Number(rule, "Priority"),
                    Address(rule, "FromPrefix"), (byte)Number(rule, "FromPrefixLength"),
                    Address(rule, "ToPrefix"), (byte)Number(rule, "ToPrefixLength"),
                    Number(rule, "Table"), Number(rule, "FirewallMark")));
            }
        }

        private void ReadObjects(JsonElement holder, uint link)
        {
            foreach (JsonElement address in Items(holder, "Addresses").Where(IsOwn))
            {
                UInt128 local = Address(address, "Address");
                Objects.Add(new ObjectKey(
                    ObjectKind.Address, (byte)Number(address, "Family"), (byte)Number(address, "PrefixLength"), 0, 0, link, 0,
                    local, address.TryGetProperty("Peer", out _) ? Address(address, "Peer") : local));
            }

            foreach (JsonElement nexthop in Items(holder, "NextHops").Where(IsOwn))
            {
                Objects.Add(new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, Number(nexthop, "ID"), 0, 0, 0));
            }

            foreach (JsonElement route in Items(holder, "Routes").Where(IsOwn))
            {
                Objects.Add(new ObjectKey(
                    ObjectKind.Route, (byte)Number(route, "Family"), (byte)Number(route, "DestinationPrefixLength"),
                    (byte)Number(route, "SourcePrefixLength"), (byte)Number(route, "TOS"), Number(route, "Table"),
                    Number(route, "Priority"), Address(route, "Destination"), Address(route, "Source")));
            }
        }

        private bool IsOwn(JsonElement element)
        {
            if (!element.TryGetProperty("ConfigSource", out JsonElement source) || source.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            AnySource = true;
            return !source.ValueEquals("foreign");
        }

        private static IEnumerable<JsonElement> Items(JsonElement holder, string name) =>
            holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out JsonElement array)
                && array.ValueKind == JsonValueKind.Array
                ? array.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
                : [];

        private static uint Number(JsonElement holder, string name) =>
            holder.TryGetProperty(name, out JsonElement number) && number.ValueKind == JsonValueKind.Number
                && number.TryGetUInt32(out uint value)
                ? value
                : 0;

        /// <summary>Addresses are arrays of 4 or 16 bytes; 0 for anything else.</summary>
        private static UInt128 Address(JsonElement holder, string name)
        {
            if (!holder.TryGetProperty(name, out JsonElement array) || array.ValueKind != JsonValueKind.Array
                || array.GetArrayLength() is not (4 or 16))
            {
                return 0;
            }

            UInt128 address = 0;
            foreach (JsonElement part in array.EnumerateArray())
            {
                address = (address << 8) | (part.ValueKind == JsonValueKind.Number && part.TryGetByte(out byte value) ? value : (byte)0);
            }

            return address;
        }
    }
}
