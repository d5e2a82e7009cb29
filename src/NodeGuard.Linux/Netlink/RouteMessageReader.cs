using NodeGuard.Core.Routing;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>
/// Turns a notification or dump message about an address, nexthop, route or rule into the objects that it shows, in
/// the form that re-creates them. Allocates nothing; one thread.
/// </summary>
/// <remarks>
/// Every attribute is kept as raw bytes, known or not, except those that the kernel only ever tells: link state,
/// counters, the expansion of a nexthop id. What changes by itself stands behind the identity.
/// </remarks>
public sealed partial class RouteMessageReader
{
    // A route over a thousand hops fits; the kernel builds no larger notification.
    private const int ScratchBytes = 64 * 1024;

    private const ushort CreateFlags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;

    private readonly byte[] _request = new byte[ScratchBytes];
    private readonly byte[] _second = new byte[ScratchBytes];
    private readonly byte[] _message = new byte[ScratchBytes];
    private int _messageLength;
    private int _hopOffset;
    private bool _pending;

    /// <summary>The message could not be read: a length or an attribute did not fit, or it was too large.</summary>
    public bool Malformed { get; private set; }

    /// <summary>True for RTM_DEL* messages.</summary>
    public bool IsDeletion { get; private set; }

    /// <summary>Starts a message; false when it is not about one of our objects.</summary>
    public bool Begin(in NetlinkMessage message)
    {
        Malformed = false;
        _pending = false;
        _hopOffset = 0;
        ushort created = (ushort)(message.Type & ~1);
        if (created is not (RTM_NEWADDR or RTM_NEWROUTE or RTM_NEWRULE or RTM_NEWNEXTHOP))
        {
            return false;
        }

        if (message.Bytes.Length > ScratchBytes)
        {
            Malformed = true;
            return false;
        }

        IsDeletion = (message.Type & 1) != 0;
        message.Bytes.CopyTo(_message);
        _messageLength = message.Bytes.Length;
        _pending = true;
        return true;
    }

    /// <summary>The next object of the message; most have one, an IPv6 multipath route has one for each hop.</summary>
    public bool Next(out ObservedObject observed)
    {
        observed = default;
        if (!_pending)
        {
            return false;
        }

        var message = new NetlinkMessage(_message.AsSpan(0, _messageLength));
        _pending = false;
        bool read = (message.Type & ~1) switch
        {
            RTM_NEWADDR => TryReadAddress(message.Payload, out observed),
            RTM_NEWNEXTHOP => TryReadNexthop(message.Payload, out observed),
            RTM_NEWRULE => TryReadRule(message.Payload, out observed),
            _ => TryReadRoute(message.Payload, out observed),
        };
        if (!read)
        {
            _pending = false;
        }

        return read;
    }

    private bool Fail()
    {
        Malformed = true;
        return false;
    }

    private ReadOnlySpan<byte> Identity(int end) =>
        _request.AsSpan(NetlinkMessage.HeaderLength, end - NetlinkMessage.HeaderLength);
}
