using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>
/// Listens in a network namespace beside whatever defends it, and notes each deletion and creation with the time when
/// it was read: nothing that a defender says about itself enters.
/// </summary>
internal sealed class FlushListener : IDisposable
{
    // Before the guard's thread (10): a deletion must be noted when it happens, not when it was answered.
    private const int Priority = 20;
    private const long LongestWait = 1_000_000_000;

    private static readonly uint[] Groups =
    [
        RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE,
        RTNLGRP_NEXTHOP,
    ];

    private readonly EventFd _wake = new();
    private readonly ReceiveBatch _batch = new(datagrams: 1);
    private readonly RouteMessageReader _reader = new();
    private readonly List<Note> _notes = new(128 * 1024);
    private readonly NamespaceThread _thread;
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _identities = GC.AllocateArray<byte>(8 * 1024 * 1024);
    private int _used;
    private int _recordedFrom;
    private int _deleted;
    private int _created;
    private long _lastChange = Clock.MonotonicNanoseconds();
    private bool _overrun;
    private volatile bool _recording;
    private volatile bool _stopping;

    private FlushListener(int leader) => _thread = new NamespaceThread("flush listener", $"/proc/{leader}/ns/net", Priority, Run);

    /// <summary>Deletions since <see cref="Record"/>.</summary>
    public int Deleted => Volatile.Read(ref _deleted);

    /// <summary>Creations since <see cref="Record"/>.</summary>
    public int Created => Volatile.Read(ref _created);

    public TimeSpan QuietFor => TimeSpan.FromMicroseconds((Clock.MonotonicNanoseconds() - Volatile.Read(ref _lastChange)) / 1000.0);

    /// <param name="leader">A process in the network namespace to listen in.</param>
    public static async Task<FlushListener> StartAsync(int leader)
    {
        var listener = new FlushListener(leader);
        await listener._listening.Task.WaitAsync(TimeSpan.FromSeconds(10));
        return listener;
    }

    /// <summary>
    /// Counts from now on. What was created before, if anything was, is what counts: networkd also deletes and creates
    /// what is its own.
    /// </summary>
    public void Record() => _recording = true;

    public FlushTrace Stop()
    {
        StopThread();
        HashSet<string> seeded = [.. _notes.Take(_recordedFrom).Select(note => Readable(note).Identity)];
        IEnumerable<TraceNote> recorded = _notes.Skip(_recordedFrom).Select(Readable);
        return FlushTrace.Of(recorded.Where(note => seeded.Count == 0 || seeded.Contains(note.Identity)), _overrun);
    }

    public void Dispose()
    {
        StopThread();
        _wake.Dispose();
    }

    private void StopThread()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
    }

    private TraceNote Readable(Note note) =>
        new(note.Kind, Convert.ToHexString(_identities.AsSpan(note.Offset, note.Length)), note.IsDeletion, note.At);

    private void Run()
    {
        using NetlinkSocket socket = NetlinkSocket.OpenRoute(new NetlinkSocketOptions { ReceiveBufferBytes = 256 * 1024 * 1024 });
        foreach (uint group in Groups)
        {
            socket.Join(group);
        }

        _listening.SetResult();
        var poll = new NetlinkPoll([socket.Descriptor, _wake.Descriptor]);
        while (!_stopping)
        {
            while (ReadOne(socket))
            {
            }

            poll.Wait(LongestWait);
        }

        // What happened before the stop belongs to the run.
        while (ReadOne(socket))
        {
        }
    }

    private bool ReadOne(NetlinkSocket socket)
    {
        ReceiveOutcome received = socket.Receive(_batch);
        _overrun |= received.Overrun;
        if (received.Count == 0)
        {
            return received.Overrun;
        }

        long now = Clock.MonotonicNanoseconds();
        var messages = new NetlinkReader(_batch[0]);
        while (messages.Next(out NetlinkMessage message))
        {
            if (!_reader.Begin(message))
            {
                continue;
            }

            while (_reader.Next(out ObservedObject observed))
            {
                if (!observed.Facts.KernelMade)
                {
                    Write(observed, now);
                }
            }
        }

        return true;
    }

    private void Write(in ObservedObject observed, long now)
    {
        Volatile.Write(ref _lastChange, now);
        if (_used + observed.Identity.Length > _identities.Length)
        {
            Array.Resize(ref _identities, _identities.Length * 2);
        }

        observed.Identity.CopyTo(_identities.AsSpan(_used));
        _notes.Add(new Note(observed.Key.Kind, _reader.IsDeletion, _used, observed.Identity.Length, now));
        _used += observed.Identity.Length;
        if (!_recording)
        {
            _recordedFrom = _notes.Count;
            return;
        }

        ref int counter = ref _reader.IsDeletion ? ref _deleted : ref _created;
        Volatile.Write(ref counter, counter + 1);
    }

    private readonly record struct Note(ObjectKind Kind, bool IsDeletion, int Offset, int Length, long At);
}
