using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Agent.Guarding;

/// <summary>What one step of a full read came to.</summary>
internal enum ReadStep
{
    /// <summary>More is to come.</summary>
    Going,
    Finished,

    /// <summary>The kernel refused, or the tables kept changing under the dump: the read says nothing.</summary>
    Failed,
}

/// <summary>
/// A full read of links, addresses, nexthops, routes and rules, one datagram at a step, so that the guard can turn to
/// notifications between any two.
/// </summary>
internal sealed class KernelRead
{
    // A dump that changed under every try is abandoned: the next full read repeats it, and notifications tell the changes.
    private const int MaxInterruptions = 16;
    private const int EOPNOTSUPP = 95;
    private const int EAFNOSUPPORT = 97;

    private static readonly DumpRequest[] Sequence =
    [
        new(RTM_GETLINK, AF_UNSPEC),
        new(RTM_GETADDR, AF_UNSPEC),
        new(RTM_GETNEXTHOP, AF_UNSPEC),
        new(RTM_GETROUTE, AF_INET),
        new(RTM_GETROUTE, AF_INET6),
        new(RTM_GETRULE, AF_INET),
        new(RTM_GETRULE, AF_INET6),
    ];

    private readonly NetlinkSocket _socket;
    private readonly ReceiveBatch _batch = new(datagrams: 1);
    private readonly byte[] _request = new byte[DumpRequest.MaxLength];
    private readonly RouteMessageReader _reader = new();
    private readonly RouteGuard _guard;
    private readonly LinkTable _links;
    private int _position;
    private uint _sequence = 1;
    private bool _interrupted;
    private int _interruptions;

    public KernelRead(NetlinkSocket socket, RouteGuard guard, LinkTable links)
    {
        _socket = socket;
        _guard = guard;
        _links = links;
    }

    public bool Active { get; private set; }

    /// <summary>Why the last read failed; empty when it did not.</summary>
    public string Failure { get; private set; } = "";

    public void Begin()
    {
        _guard.BeginRead();
        _position = 0;
        _interruptions = 0;
        Active = true;
        Failure = "";
        Request();
    }

    /// <summary>Takes in one datagram; the caller ends the read when it is finished.</summary>
    public ReadStep Step(OwnerOf ownerOf, long now)
    {
        ReceiveOutcome received = _socket.Receive(_batch);
        if (received.Overrun || received.Count == 0)
        {
            // A dump's next part is made while the last is taken, so an empty socket means a dump that broke off.
            return Interrupted();
        }

        var messages = new NetlinkReader(_batch[0]);
        while (messages.Next(out NetlinkMessage message))
        {
            if (message.Sequence != _sequence)
            {
                continue;
            }

            _interrupted |= (message.Flags & NLM_F_DUMP_INTR) != 0;
            if (message.Type is NLMSG_DONE or NLMSG_ERROR)
            {
                // A dump is refused in either way: strict headers by NLMSG_ERROR, what fails later by NLMSG_DONE.
                return NetlinkAck.TryRead(message, out NetlinkAck answer) && answer.Errno != 0 ? Refused(answer) : NextDump();
            }

            Take(message, ownerOf, now);
        }

        return messages.Malformed ? Fail("a dump message was malformed") : ReadStep.Going;
    }

    public void End() => Active = false;

    private void Take(in NetlinkMessage message, OwnerOf ownerOf, long now)
    {
        if (message.Type == RTM_NEWLINK)
        {
            _links.Take(message, out _);
            return;
        }

        if (_reader.Begin(message))
        {
            while (_reader.Next(out ObservedObject observed))
            {
                _guard.OnRead(observed, ownerOf, _links.NameOf(observed.Facts.LinkIndex), now);
            }
        }
    }

    private ReadStep NextDump()
    {
        if (_interrupted)
        {
            return Interrupted();
        }

        _position++;
        if (_position == Sequence.Length)
        {
            return ReadStep.Finished;
        }

        Request();
        return ReadStep.Going;
    }

    /// <summary>The same dump again: what it showed so far is seen twice, which changes nothing.</summary>
    private ReadStep Interrupted()
    {
        Drain();
        if (++_interruptions > MaxInterruptions)
        {
            return Fail($"the kernel's tables changed under {MaxInterruptions} dumps in a row");
        }

        Request();
        return ReadStep.Going;
    }

    private ReadStep Refused(in NetlinkAck answer)
    {
        // Kernels before 5.3 have no nexthop objects, and a kernel without IPv6 has none of its tables.
        if (answer.Errno is EOPNOTSUPP or EAFNOSUPPORT)
        {
            return NextDump();
        }

        DumpRequest refused = Sequence[_position];
        string words = answer.Text.IsEmpty ? "" : $": {System.Text.Encoding.UTF8.GetString(answer.Text)}";
        return Fail($"the kernel refused dump {refused.Type} of family {refused.Family} with errno {answer.Errno}{words}");
    }

    /// <summary>The kernel answers a second dump on a socket with EBUSY until the first was taken to its end.</summary>
    private void Drain()
    {
        while (_socket.Receive(_batch) is { Count: > 0 } or { Overrun: true })
        {
        }
    }

    private ReadStep Fail(string reason)
    {
        Drain();
        Failure = reason;
        Active = false;
        return ReadStep.Failed;
    }

    private void Request()
    {
        _interrupted = false;
        int length = Sequence[_position].Write(_request, ++_sequence);
        _socket.Send(_request.AsSpan(0, length));
    }
}
