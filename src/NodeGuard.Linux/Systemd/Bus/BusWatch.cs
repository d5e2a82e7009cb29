using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace NodeGuard.Linux.Systemd.Bus;

/// <summary>One watcher's events: bounded, oldest dropped first, and said when that happened.</summary>
internal sealed class BusWatch
{
    private readonly Channel<BusEvent> _events;
    private int _missed;

    public BusWatch(int capacity) => _events = Channel.CreateBounded<BusEvent>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => Interlocked.Exchange(ref _missed, 1));

    public void Offer(BusEvent @event) => _events.Writer.TryWrite(@event);

    public void Complete() => _events.Writer.TryComplete();

    public async IAsyncEnumerable<BusEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (BusEvent @event in _events.Reader.ReadAllAsync(cancellation))
        {
            if (Interlocked.Exchange(ref _missed, 0) == 1)
                yield return new BusEvent.Missed();
            yield return @event;
        }
    }
}
