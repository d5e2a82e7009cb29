using System.Collections.Concurrent;
using System.Runtime;
using NodeGuard.Core.Routing;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

internal sealed record GuardThreadOptions
{
    public int MaxObjects { get; init; } = 262_144;

    public int ReceiveBufferBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>SCHED_FIFO priority; 0 leaves the thread an ordinary one.</summary>
    public int RealtimePriority { get; init; } = 10;

    /// <summary>How often the kernel is read in full although nothing asked for it.</summary>
    public TimeSpan ResyncInterval { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>
/// The thread that stands between networkd and a dark node: reads the kernel's notifications, lets
/// <see cref="RouteGuard"/> decide, sends what it wants. Everything else in the agent is behind it and may be slow.
/// </summary>
/// <remarks>
/// Deletion read to restore sent: no allocation, no lock, no wait. Other threads reach the guard through
/// <see cref="Post"/> and <see cref="AskAsync"/> only.
/// </remarks>
internal sealed partial class GuardThread : IDisposable
{
    private const long Second = 1_000_000_000;

    // The loop turns at least this often, so that its heartbeat can be watched.
    private const long LongestWait = 5 * Second;

    private readonly GuardThreadOptions _options;
    private readonly NetlinkSocket _notifications;
    private readonly NetlinkSocket _requests;
    private readonly NetlinkSocket _dumps;
    private readonly ReceiveBatch _batch = new();
    private readonly EventFd _wake = new();
    private readonly NetlinkPoll _poll;
    private readonly RequestSender _sender;
    private readonly NotificationReader _reader;
    private readonly KernelRead _read;
    private readonly ConcurrentQueue<Action<GuardThread>> _posted = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LedgerWatch[] _watches = [];
    private long _compiledBefore;
    private Thread? _thread;
    private volatile bool _stopping;

    /// <exception cref="NetlinkException">The kernel refuses rtnetlink sockets or groups.</exception>
    public GuardThread(GuardThreadOptions options, NetlinkAuthors authors, FlightMark mark)
    {
        _options = options;
        Authors = authors;
        Mark = mark;
        _notifications = NetlinkSocket.OpenRoute(new NetlinkSocketOptions { ReceiveBufferBytes = options.ReceiveBufferBytes });
        _requests = NetlinkSocket.OpenRoute(new NetlinkSocketOptions { ReceiveBufferBytes = 4 * 1024 * 1024 });
        _dumps = NetlinkSocket.OpenRoute(new NetlinkSocketOptions());
        authors.OwnPortId = _requests.PortId;
        Guard = new RouteGuard(new Ledger(options.MaxObjects), new GuardEventRing(1 << 15));
        _sender = new RequestSender(_requests);
        _reader = new NotificationReader(Guard, authors);
        _read = new KernelRead(_dumps, Guard, _reader.Links);
        _poll = new NetlinkPoll([_notifications.Descriptor, _wake.Descriptor]);
    }

    public RouteGuard Guard { get; }

    public NetlinkAuthors Authors { get; }

    public FlightMark Mark { get; }

    /// <summary>Whose an object is that was there before us; replaced when networkd has described its own.</summary>
    public OwnerOf OwnerOf { get; set; } = static (in ObservedObject _) => Ownership.Foreign;

    /// <summary>Called on the guard's thread when it is about to rest and events wait; must not block.</summary>
    public Action? EventsWait { get; set; }

    /// <summary>What networkd's links do; an episode asks it before it ends.</summary>
    public LinksState Links { get; set; } = LinksState.Unknown;

    public LinkTable LinkTable => _reader.Links;

    /// <summary>The first full read is done: the ledger holds what lives. Fails when the guard cannot work at all.</summary>
    public Task Started => _started.Task;

    /// <summary>Completes with the reason when the thread has died.</summary>
    public TaskCompletionSource<Exception> Died { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Overruns { get; private set; }

    public long FullReads { get; private set; }

    /// <summary>What the walk of <see cref="PathWarmUp"/> left for the runtime to compile, as of the last rest.</summary>
    public long MethodsCompiled { get; private set; }

    /// <summary>
    /// Bytes that this thread allocated while an episode ran, questions of other loops included. Who needs new space while
    /// another thread is in the runtime's allocator sleeps 5 ms, and so do the objects that are deleted meanwhile.
    /// </summary>
    public long AllocatedInEpisodes { get; private set; }

    public long Malformed => _reader.Malformed;

    /// <summary>Why the last full read failed; empty when it did not.</summary>
    public string ReadFailure => _read.Failure;

    public ThreadPriorityOutcome Priority { get; private set; } = new("normal", null);

    /// <summary>Told at each turn of the loop, at least once in 5 s; null when nobody watches.</summary>
    public LoopHeartbeat? Heartbeat { get; set; }

    public void Start()
    {
        foreach (uint group in NotificationReader.Groups)
        {
            _notifications.Join(group);
        }

        // Kernels before 5.3 have no nexthop objects and so no group for them.
        _notifications.TryJoin(RtnetlinkConstants.RTNLGRP_NEXTHOP);
        _thread = new Thread(Run) { IsBackground = true, Name = "route guard" };
        _thread.Start();
    }

    /// <summary>Before <see cref="Start"/>: who is to know when the ledger changes.</summary>
    public LedgerWatch WatchLedger(Action changed)
    {
        var watch = new LedgerWatch(Guard.Ledger, changed);
        _watches = [.. _watches, watch];
        return watch;
    }

    /// <summary>Runs an action on the guard's thread, between two batches of notifications.</summary>
    public void Post(Action<GuardThread> action)
    {
        _posted.Enqueue(action);
        _wake.Set();
    }

    /// <summary>Runs a function on the guard's thread and hands back its result.</summary>
    public Task<T> AskAsync<T>(Func<GuardThread, T> question, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(guard =>
        {
            try
            {
                answer.TrySetResult(question(guard));
            }
            catch (Exception e)
            {
                answer.TrySetException(e);
            }
        });
        return answer.Task.WaitAsync(cancellation);
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread?.Join(TimeSpan.FromSeconds(5));
        _notifications.Dispose();
        _requests.Dispose();
        _dumps.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        try
        {
            if (_options.RealtimePriority > 0)
            {
                Priority = RealtimeThread.TrySetRealtime(_options.RealtimePriority);
            }

            PathWarmUp.Run();
            BeginRead(Clock.MonotonicNanoseconds());
            while (!_stopping)
            {
                CountedTurn();
            }
        }
        catch (Exception e)
        {
            _started.TrySetException(e);
            Died.TrySetResult(e);
        }
    }

    private void CountedTurn()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn();
        if (Guard.Episode.Running)
        {
            AllocatedInEpisodes += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private void Turn()
    {
        long now = Clock.MonotonicNanoseconds();
        Heartbeat?.Beat();
        if (ReadNotifications(now))
        {
            return;
        }

        while (_posted.TryDequeue(out Action<GuardThread>? action))
        {
            action(this);
        }

        long next = Guard.Tick(now);
        MarkEpisode();
        if (Guard.Outbox.Count > 0)
        {
            // Then notifications again, and what else is due: of refused requests no notification tells.
            _sender.SendAll(Guard);
            return;
        }

        if (_read.Active)
        {
            StepRead(now);
            return;
        }

        next = Math.Min(next, Math.Min(ConsiderRead(now), ConsiderEpisodeEnd(now)));
        if (!_read.Active)
        {
            Mark.SetAlive(Clock.BoottimeNanoseconds());
            if (Guard.Events.HasEvents || !Summaries.IsEmpty)
            {
                EventsWait?.Invoke();
            }

            foreach (LedgerWatch watch in _watches)
            {
                watch.Look();
            }

            MethodsCompiled = JitInfo.GetCompiledMethodCount(currentThread: true) - _compiledBefore;
            _poll.Wait(Math.Clamp(next - now, 0, LongestWait));
            _wake.Clear();
        }
    }

    /// <summary>One batch of notifications; true when there were any, so that the next batch comes before all else.</summary>
    private bool ReadNotifications(long now)
    {
        ReceiveOutcome received = _notifications.Receive(_batch);
        if (received.Overrun)
        {
            Overruns++;
            Guard.OnOverrun();
        }

        if (received.Count == 0)
        {
            return received.Overrun;
        }

        for (int i = 0; i < received.Count; i++)
        {
            _reader.Read(_batch[i], now);
        }

        MarkEpisode();
        _sender.SendAll(Guard);
        _lastNotification = now;
        return true;
    }
}
