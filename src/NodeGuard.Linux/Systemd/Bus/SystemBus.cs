using System.Collections.Concurrent;
using System.Diagnostics;
using NodeGuard.Linux.Netlink;

namespace NodeGuard.Linux.Systemd.Bus;

/// <summary>
/// The system bus: calls, properties and events, from any thread. One thread of its own speaks to the bus and connects
/// anew when it is lost. A missing library, bus or service is an answer, never an exception.
/// </summary>
public sealed partial class SystemBus : IDisposable
{
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private sealed record Pending(BusCall Call, TimeSpan Timeout, TaskCompletionSource<BusReply> Reply)
    {
        public long Deadline { get; init; }
    }

    private readonly BusOptions _options;
    private readonly EventFd _wake = new();
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly List<BusWatch> _watches = [];
    private readonly ConcurrentQueue<Pending> _calls = new();
    private readonly Dictionary<ulong, Pending> _pending = [];
    private BusEvent? _state;
    private volatile bool _stopping;

    public SystemBus(BusOptions? options = null)
    {
        _options = options ?? new BusOptions();
        _thread = new Thread(Run) { IsBackground = true, Name = "nodeguard-bus" };
        _thread.Start();
    }

    /// <summary>Starts watching at once; the first event tells whether the bus is connected, as soon as that is known.</summary>
    public IAsyncEnumerable<BusEvent> WatchAsync(CancellationToken cancellation)
    {
        var watch = new BusWatch(_options.WatchCapacity);
        lock (_lock)
        {
            if (_state is not null)
                watch.Offer(_state);
            if (_stopping)
                watch.Complete();
            else
                _watches.Add(watch);
        }

        return ReadAsync(watch, cancellation);
    }

    public Task<BusReply> CallAsync(
        string destination, string path, string @interface, string member, IReadOnlyList<BusArgument> arguments,
        CancellationToken cancellation, TimeSpan? timeout = null)
    {
        var call = new BusCall(destination, path, @interface, member, arguments);
        var pending = new Pending(
            call, timeout ?? _options.CallTimeout, new TaskCompletionSource<BusReply>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            // The descriptor is closed after the flag is set, under this lock.
            if (_stopping)
                return Task.FromResult<BusReply>(new BusReply.Unavailable($"the call {call} was not made: NodeGuard is stopping"));
            _calls.Enqueue(pending);
            _wake.Set();
        }

        return pending.Reply.Task.WaitAsync(cancellation);
    }

    /// <param name="destination">A bus name, such as org.freedesktop.systemd1.</param>
    /// <param name="path">Object path.</param>
    /// <typeparam name="T">string, bool, byte, int, uint, long, ulong, byte[] (ay) or object[] (other containers).</typeparam>
    public async Task<BusValue<T>> GetPropertyAsync<T>(
        string destination, string path, string @interface, string name, CancellationToken cancellation)
        where T : notnull
    {
        BusReply reply = await CallAsync(
            destination, path, "org.freedesktop.DBus.Properties", "Get",
            [BusArgument.String(@interface), BusArgument.String(name)], cancellation);
        return reply switch
        {
            BusReply.Answer { Values: [T value] } => new BusValue<T>.Known(value),
            BusReply.Answer answer => new BusValue<T>.Unknown(
                $"property {@interface}.{name} of {path} should be {typeof(T).Name}, but is {(answer.Values is [var found, ..] ? found.GetType().Name : "empty")}"),
            _ => new BusValue<T>.Unknown($"property {@interface}.{name} of {path} cannot be read: {reply.WhyNot}"),
        };
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopping)
                return;
            _stopping = true;
            _wake.Set();
        }

        _thread.Join();
        _wake.Dispose();
    }

    private async IAsyncEnumerable<BusEvent> ReadAsync(
        BusWatch watch, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            await foreach (BusEvent @event in watch.ReadAsync(cancellation))
                yield return @event;
        }
        finally
        {
            lock (_lock)
                _watches.Remove(watch);
        }
    }

    private void Tell(BusEvent @event)
    {
        lock (_lock)
        {
            if (@event is not BusEvent.Signal)
                _state = @event;
            foreach (BusWatch watch in _watches)
                watch.Offer(@event);
        }
    }

    private static long Now() => Stopwatch.GetTimestamp();

    private static long After(TimeSpan time) => Now() + (long)(time.TotalSeconds * Stopwatch.Frequency);
}
