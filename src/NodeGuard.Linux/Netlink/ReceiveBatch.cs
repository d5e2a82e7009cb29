using System.Runtime.CompilerServices;
using static NodeGuard.Linux.Netlink.NativeMethods;

namespace NodeGuard.Linux.Netlink;

/// <summary>
/// Room for several datagrams of one recvmmsg. Everything that the kernel gets a pointer to is pinned and prepared
/// once, so that receiving allocates nothing.
/// </summary>
public sealed unsafe class ReceiveBatch
{
    private readonly int _datagramBytes;
    private readonly byte[] _data;
    private readonly SockaddrNl[] _senders;
    private readonly Iovec[] _iovecs;
    private readonly Mmsghdr[] _headers;

    /// <param name="datagrams">Most datagrams of one system call.</param>
    /// <param name="datagramBytes">The kernel builds dump datagrams of at most 32 KiB; notifications are far smaller.</param>
    public ReceiveBatch(int datagrams = 32, int datagramBytes = 32 * 1024)
    {
        _datagramBytes = datagramBytes;
        _data = GC.AllocateUninitializedArray<byte>(datagrams * datagramBytes, pinned: true);
        _senders = GC.AllocateArray<SockaddrNl>(datagrams, pinned: true);
        _iovecs = GC.AllocateArray<Iovec>(datagrams, pinned: true);
        _headers = GC.AllocateArray<Mmsghdr>(datagrams, pinned: true);
        for (int i = 0; i < datagrams; i++)
        {
            _iovecs[i].Base = (byte*)Unsafe.AsPointer(ref _data[i * datagramBytes]);
            _iovecs[i].Length = (nuint)datagramBytes;
            _headers[i].Header.Name = (SockaddrNl*)Unsafe.AsPointer(ref _senders[i]);
            _headers[i].Header.NameLength = (uint)sizeof(SockaddrNl);
            _headers[i].Header.Iov = (Iovec*)Unsafe.AsPointer(ref _iovecs[i]);
            _headers[i].Header.IovLength = 1;
        }
    }

    internal int Capacity => _headers.Length;

    /// <summary>The i-th datagram of the last receive; empty when it did not come from the kernel.</summary>
    public ReadOnlySpan<byte> this[int i] =>
        _senders[i].PortId != 0 ? default : _data.AsSpan(i * _datagramBytes, (int)Math.Min(_headers[i].Length, (uint)_datagramBytes));

    internal int Receive(int descriptor, int flags)
    {
        for (int i = 0; i < _headers.Length; i++)
        {
            // The kernel overwrites the name's length with what it used.
            _headers[i].Header.NameLength = (uint)sizeof(SockaddrNl);
        }

        return RecvMmsg(descriptor, (Mmsghdr*)Unsafe.AsPointer(ref _headers[0]), (uint)_headers.Length, flags, null);
    }

    internal bool AnyTruncated(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if ((_headers[i].Header.Flags & MSG_TRUNC) != 0)
            {
                return true;
            }
        }

        return false;
    }
}
