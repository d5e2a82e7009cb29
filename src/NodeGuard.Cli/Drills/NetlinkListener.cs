using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Cli.Drills;

/// <summary>
/// Notes every deletion and creation with the time when it was read, on a thread of its own. Evaluated at the end
/// only, so that listening next to the guard costs it no garbage collection.
/// </summary>
internal sealed class NetlinkListener : IDeletionListener
{
    private const int Priority = 20;
    private const long LongestWait = 1_000_000_000;

    private static readonly uint[] Groups =
    [
        RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE,
    ];

    private readonly NetlinkSocket _socket;
    private readonly EventFd _wake = new();
    private readonly ReceiveBatch _batch = new(datagrams: 1);
    private readonly RouteMessageReader _reader = new();
    private readonly List<Note> _notes = new(64 * 1024);
    private readonly Thread _thread;
    private byte[] _identities = GC.AllocateUninitializedArray<byte>(8 * 1024 * 1024);
    private int _used;
    private long _lastDeletion = Clock.MonotonicNanoseconds();
    private bool _overrun;
    private volatile bool _stopping;

    public NetlinkListener()
    {
        try
        {
            _socket = NetlinkSocket.OpenRoute(new NetlinkSocketOptions { ReceiveBufferBytes = 64 * 1024 * 1024 });
            foreach (var group in Groups)
                _socket.Join(group);
        }
        catch (NetlinkException refused)
        {
            _socket?.Dispose();
            _wake.Dispose();
            throw new DrillException($"the kernel's routing notifications cannot be listened to: {refused.Message}", refused);
        }

        _socket.TryJoin(RTNLGRP_NEXTHOP);
        _thread = new Thread(Run) { IsBackground = true, Name = "drill listener" };
        _thread.Start();
    }

    public TimeSpan QuietFor => TimeSpan.FromMicroseconds((Clock.MonotonicNanoseconds() - Volatile.Read(ref _lastDeletion)) / 1000.0);

    public DeletionSummary Stop() => Stop(new Dictionary<(ObjectKind, string), TimeSpan>());

    /// <param name="sentAt">
    /// When the deletions were asked for, where that is known. A listener that lags reads a deletion and the creation
    /// behind it at once and would see no gap; from the sending on, a gap can only be told too long.
    /// </param>
    public DeletionSummary Stop(IReadOnlyDictionary<(ObjectKind Kind, string Identity), TimeSpan> sentAt)
    {
        StopThread();
        var log = new DeletionLog();
        foreach (var note in _notes)
        {
            var identity = Convert.ToHexString(_identities.AsSpan(note.Offset, note.Length));
            if (note.IsDeletion)
                log.Deleted(note.Kind, identity, sentAt.TryGetValue((note.Kind, identity), out var sent) ? sent : note.At);
            else
                log.Created(note.Kind, identity, note.At);
        }

        return log.Summarise(_overrun);
    }

    public void Dispose()
    {
        StopThread();
        _socket.Dispose();
        _wake.Dispose();
    }

    private void StopThread()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
    }

    private void Run()
    {
        // Before the guard's thread, so that a deletion is noted when it happens and not when the guard is done.
        RealtimeThread.TrySetRealtime(Priority);
        var poll = new NetlinkPoll([_socket.Descriptor, _wake.Descriptor]);
        while (!_stopping)
        {
            while (ReadOne())
            {
            }

            poll.Wait(LongestWait);
        }

        // What happened before the stop belongs to the drill.
        while (ReadOne())
        {
        }
    }

    private bool ReadOne()
    {
        var received = _socket.Receive(_batch);
        _overrun |= received.Overrun;
        if (received.Count == 0)
            return received.Overrun;
        var now = Clock.MonotonicNanoseconds();
        var messages = new NetlinkReader(_batch[0]);
        while (messages.Next(out var message))
        {
            if (!_reader.Begin(message))
                continue;
            while (_reader.Next(out var observed))
            {
                if (!observed.Facts.KernelMade)
                    Write(observed, _reader.IsDeletion, now);
            }
        }

        return true;
    }

    private void Write(in ObservedObject observed, bool isDeletion, long now)
    {
        if (_used + observed.Identity.Length > _identities.Length)
            Array.Resize(ref _identities, _identities.Length * 2);
        observed.Identity.CopyTo(_identities.AsSpan(_used));
        _notes.Add(new Note(observed.Key.Kind, isDeletion, _used, observed.Identity.Length, TimeSpan.FromMicroseconds(now / 1000.0)));
        _used += observed.Identity.Length;
        if (isDeletion)
            Volatile.Write(ref _lastDeletion, now);
    }

    private readonly record struct Note(ObjectKind Kind, bool IsDeletion, int Offset, int Length, TimeSpan At);
}
