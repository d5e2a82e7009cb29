using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Agent.Guarding;

/// <summary>Hands the messages of notification datagrams to the guard, with their authors.</summary>
internal sealed class NotificationReader
{
    /// <summary>Joined before the first read, so that no change falls between the two.</summary>
    public static readonly uint[] Groups =
    [
        RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
        RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE,
    ];

    private readonly RouteGuard _guard;
    private readonly NetlinkAuthors _authors;
    private readonly RouteMessageReader _reader = new();

    public NotificationReader(RouteGuard guard, NetlinkAuthors authors)
    {
        _guard = guard;
        _authors = authors;
    }

    public LinkTable Links { get; } = new();

    /// <summary>Messages that could not be read; each also asks for a full read.</summary>
    public long Malformed { get; private set; }

    public void Read(ReadOnlySpan<byte> datagram, long now)
    {
        var messages = new NetlinkReader(datagram);
        while (messages.Next(out NetlinkMessage message))
        {
            ReadMessage(message, now);
        }

        if (messages.Malformed)
        {
            CountMalformed();
        }
    }

    private void ReadMessage(in NetlinkMessage message, long now)
    {
        if (message.Type is RTM_NEWLINK or RTM_DELLINK)
        {
            ReadLink(message, now);
            return;
        }

        if (!_reader.Begin(message))
        {
            if (_reader.Malformed)
            {
                CountMalformed();
            }

            return;
        }

        Deleter author = _authors.Of(message.PortId, now);
        bool replaces = (message.Flags & NLM_F_REPLACE) != 0;
        while (_reader.Next(out ObservedObject observed))
        {
            if (_reader.IsDeletion)
            {
                _guard.OnDeleted(observed, author, message.PortId, now);
            }
            else
            {
                _guard.OnCreated(observed, author, replaces, Links.NameOf(observed.Facts.LinkIndex), now);
                replaces = false;
            }
        }

        if (_reader.Malformed)
        {
            CountMalformed();
        }
    }

    private void ReadLink(in NetlinkMessage message, long now)
    {
        switch (Links.Take(message, out int index))
        {
            case LinkChange.WentUp:
                _guard.OnLinkUp();
                break;
            case LinkChange.WentDown:
                _guard.OnLinkDown(index, _authors.Of(message.PortId, now), now);
                break;
        }
    }

    private void CountMalformed()
    {
        Malformed++;
        _guard.OnOverrun();
    }
}
