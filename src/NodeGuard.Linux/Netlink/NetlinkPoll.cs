using System.Runtime.InteropServices;
using static NodeGuard.Linux.Netlink.NativeMethods;

namespace NodeGuard.Linux.Netlink;

/// <summary>Wakes a thread that waits in <see cref="NetlinkPoll"/>; any thread may set it.</summary>
public sealed unsafe class EventFd : IDisposable
{
    public EventFd()
    {
        Descriptor = NativeMethods.EventFd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (Descriptor < 0)
        {
            throw new NetlinkException($"cannot make an eventfd: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
        }
    }

    public int Descriptor { get; }

    public void Set()
    {
        ulong one = 1;
        _ = NativeMethods.Write(Descriptor, &one, sizeof(ulong));
    }

    public void Clear()
    {
        ulong count;
        _ = NativeMethods.Read(Descriptor, &count, sizeof(ulong));
    }

    public void Dispose() => _ = Close(Descriptor);
}

/// <summary>Waits until one of a few descriptors can be read. Allocates nothing.</summary>
public sealed unsafe class NetlinkPoll
{
    private readonly Pollfd[] _descriptors;

    public NetlinkPoll(ReadOnlySpan<int> descriptors)
    {
        _descriptors = GC.AllocateArray<Pollfd>(descriptors.Length, pinned: true);
        for (int i = 0; i < descriptors.Length; i++)
        {
            _descriptors[i] = new Pollfd { Descriptor = descriptors[i], Events = POLLIN };
        }
    }

    /// <summary>Returns when a descriptor can be read, after the time, or on a signal: the caller looks for itself.</summary>
    public void Wait(long nanoseconds)
    {
        var timeout = new Timespec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        fixed (Pollfd* descriptors = _descriptors)
        {
            _ = PPoll(descriptors, (nuint)_descriptors.Length, &timeout, null);
        }
    }
}
