using NodeGuard.Cli.Drills;
using NodeGuard.Core.Routing;

namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>A host with two rules and a route, whose networkd deletes them all, and whose guard returns what it is told to.</summary>
internal sealed class FakeDrillHost : IDrillHost
{
    public static readonly IReadOnlyList<SnapshotObject> Foreign =
    [
        new(ObjectKind.Route, "01", "10.1.0.0/16 via 192.0.2.1 dev eth0 table 100 proto bird"),
        new(ObjectKind.Rule, "02", "from 10.0.0.0/8 lookup 100 priority 512"),
        new(ObjectKind.Rule, "03", "from 10.1.0.0/16 lookup 100 priority 513"),
    ];

    public IReadOnlyList<SnapshotObject> After { get; set; } = Foreign;

    public bool Deletes { get; set; } = true;

    public NetworkdRestart Outcome { get; set; } = new(true, "");

    public int Restarts { get; private set; }

    public string HostName => "node-1";

    public Action OnRestart { get; set; } = static () => { };

    public RoutingSnapshot Snapshot() => new(Restarts == 0 ? Foreign : After);

    public IDeletionListener Listen() => new Listener(this);

    public Task<NetworkdRestart> RestartNetworkdAsync(CancellationToken cancellation)
    {
        Restarts++;
        OnRestart();
        return Task.FromResult(Outcome);
    }

    private sealed class Listener(FakeDrillHost host) : IDeletionListener
    {
        public TimeSpan QuietFor => TimeSpan.FromHours(1);

        public DeletionSummary Stop()
        {
            var log = new DeletionLog();
            if (host.Deletes)
            {
                foreach (var item in Foreign)
                    log.Deleted(item.Kind, item.Identity, TimeSpan.Zero);
                foreach (var item in host.After)
                    log.Created(item.Kind, item.Identity, TimeSpan.FromMilliseconds(0.08));
            }

            return log.Summarise(overrun: false);
        }

        public void Dispose()
        {
        }
    }
}
