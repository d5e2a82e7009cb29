using System.Runtime.CompilerServices;
using System.Threading.Channels;
using NodeGuard.Agent.Control;

namespace NodeGuard.Agent.Guarding;

/// <summary>Events for whoever watches: a watcher that does not keep up loses the oldest, and delays nobody.</summary>
internal sealed class RouteEventStream
{
    private const int WatcherCapacity = 4096;

    private readonly Lock _lock = new();
    private Channel<RouteEvent>[] _watchers = [];

    public bool IsWatched => Volatile.Read(ref _watchers).Length > 0;

    public void Write(RouteEvent routeEvent)
    {
        foreach (Channel<RouteEvent> watcher in Volatile.Read(ref _watchers))
        {
            watcher.Writer.TryWrite(routeEvent);
        }
    }

    public async IAsyncEnumerable<RouteEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<RouteEvent>(
            new BoundedChannelOptions(WatcherCapacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            _watchers = [.. _watchers, channel];
        }

        try
        {
            await foreach (RouteEvent routeEvent in channel.Reader.ReadAllAsync(cancellation))
            {
                yield return routeEvent;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers = [.. _watchers.Where(watcher => watcher != channel)];
            }
        }
    }
}
