using System.Runtime.InteropServices;
using static NodeGuard.Linux.Netlink.NativeMethods;

namespace NodeGuard.Linux.Netlink;

public sealed record NetlinkSocketOptions
{
    /// <summary>Asked for with SO_RCVBUFFORCE, then SO_RCVBUF; null keeps the system's default.</summary>
    public int? ReceiveBufferBytes { get; init; }
}

/// <param name="Count">Datagrams received; 0 when nothing waits.</param>
/// <param name="Overrun">The kernel dropped messages (ENOBUFS), or one was larger than the batch's room.</param>
public readonly record struct ReceiveOutcome(int Count, bool Overrun);

/// <param name="Errno">0 when all bytes were handed to the kernel.</param>
public readonly record struct SendOutcome(int Errno);

/// <summary>The environment does not let us talk rtnetlink.</summary>
public sealed class NetlinkException(string message, int errno) : Exception(message)
{
    public int Errno { get; } = errno;
}

/// <summary>One non-blocking NETLINK_ROUTE socket, bound by the kernel to a portid of its own. One thread at a time.</summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    private int _descriptor;

    private NetlinkSocket(int descriptor) => _descriptor = descriptor;

    public int Descriptor => _descriptor;

    /// <summary>What the kernel puts as author into the notifications of this socket's requests.</summary>
    public uint PortId { get; private set; }

    /// <summary>As the kernel counts it: twice what was asked for.</summary>
    public int ReceiveBufferBytes => GetOption(SO_RCVBUF);

    /// <exception cref="NetlinkException">The kernel has no rtnetlink for us.</exception>
    public static NetlinkSocket OpenRoute(NetlinkSocketOptions options)
    {
        int descriptor = NativeMethods.Socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
        if (descriptor < 0)
        {
            throw Failure("open an rtnetlink socket");
        }

        var socket = new NetlinkSocket(descriptor);
        try
        {
            // Older kernels lack some of these; each only improves messages or strictness.
            socket.TrySetOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
            socket.TrySetOption(SOL_NETLINK, NETLINK_CAP_ACK, 1);
            socket.TrySetOption(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
            if (options.ReceiveBufferBytes is { } bytes && !socket.TrySetOption(SOL_SOCKET, SO_RCVBUFFORCE, bytes))
            {
                socket.TrySetOption(SOL_SOCKET, SO_RCVBUF, bytes);
            }

            socket.Bind();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Joins a multicast group by number: groups above 32 and IPv6 rules (19) have no bit in the old mask.</summary>
    /// <exception cref="NetlinkException">The kernel does not know the group.</exception>
    public void Join(uint group)
    {
        if (!TrySetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)group))
        {
            throw Failure($"join rtnetlink group {group}");
        }
    }

    public bool TryJoin(uint group) => TrySetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)group);

    /// <summary>Takes what waits, without waiting and without allocating.</summary>
    /// <exception cref="NetlinkException">The socket is broken.</exception>
    public ReceiveOutcome Receive(ReceiveBatch batch)
    {
        while (true)
        {
            int count = batch.Receive(_descriptor, MSG_DONTWAIT);
            if (count >= 0)
            {
                return new(count, batch.AnyTruncated(count));
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case EINTR:
                    continue;
                case EAGAIN:
                    return default;
                case ENOBUFS:
                    return new(0, Overrun: true);
                default:
                    throw Failure("read rtnetlink notifications");
            }
        }
    }

    /// <summary>
    /// Hands one or many whole messages, each padded to 4 bytes, to the kernel, which has worked through all of them
    /// when this returns.
    /// </summary>
    public SendOutcome Send(ReadOnlySpan<byte> messages)
    {
        fixed (byte* start = messages)
        {
            while (true)
            {
                if (NativeMethods.Send(_descriptor, start, messages.Length, 0) >= 0)
                {
                    return default;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != EINTR)
                {
                    return new(errno);
                }
            }
        }
    }

    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }
    }

    private void Bind()
    {
        var address = new SockaddrNl { Family = AF_NETLINK };
        if (NativeMethods.Bind(_descriptor, in address, sizeof(SockaddrNl)) != 0)
        {
            throw Failure("bind an rtnetlink socket");
        }

        int length = sizeof(SockaddrNl);
        if (GetSockName(_descriptor, out SockaddrNl bound, ref length) != 0)
        {
            throw Failure("read the portid of an rtnetlink socket");
        }

        PortId = bound.PortId;
    }

    private bool TrySetOption(int level, int option, int value) =>
        SetSockOpt(_descriptor, level, option, in value, sizeof(int)) == 0;

    private int GetOption(int option)
    {
        int length = sizeof(int);
        return GetSockOpt(_descriptor, SOL_SOCKET, option, out int value, ref length) == 0 ? value : 0;
    }

    private static NetlinkException Failure(string wanted)
    {
        int errno = Marshal.GetLastPInvokeError();
        return new NetlinkException($"cannot {wanted}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})", errno);
    }
}
