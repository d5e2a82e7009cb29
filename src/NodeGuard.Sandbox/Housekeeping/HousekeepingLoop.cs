using System.Threading.Channels;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Housekeeping;

/// <summary>Runs the housekeepers after writes, one round at a time.</summary>
public sealed class HousekeepingLoop : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly IHousekeeper[] _keepers;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private Task? _running;

    /// <summary>Starts to observe; what is in the store already is observed as added.</summary>
    public HousekeepingLoop(Cluster cluster, params IHousekeeper[] keepers)
    {
        _cluster = cluster;
        _keepers = keepers;
        cluster.Store.Committed += OnCommitted;
        foreach (string resource in cluster.Store.Resources)
        {
            foreach (StoredObject stored in cluster.Store.Snapshot(resource).Objects())
                Observe(new StoreEvent(StoreEventType.Added, resource, stored, null));
        }
    }

    /// <summary>Works in the background from now on.</summary>
    public void Start() => _running ??= Task.Run(RunAsync);

    /// <summary>Works until nothing is left to do; for tests that want no background.</summary>
    public void RunToRest()
    {
        bool more;
        do
        {
            more = false;
            foreach (IHousekeeper keeper in _keepers)
                more |= keeper.Reconcile();
        }
        while (more);
    }

    public async ValueTask DisposeAsync()
    {
        _cluster.Store.Committed -= OnCommitted;
        _wake.Writer.TryComplete();
        if (_running is not null)
            await _running;
    }

    private void OnCommitted(StoreEvent entry)
    {
        Observe(entry);
        _wake.Writer.TryWrite(true);
    }

    private void Observe(StoreEvent entry)
    {
        foreach (IHousekeeper keeper in _keepers)
            keeper.Observe(entry);
    }

    private async Task RunAsync()
    {
        RunToRest();
        await foreach (bool _ in _wake.Reader.ReadAllAsync())
            RunToRest();
    }
}
