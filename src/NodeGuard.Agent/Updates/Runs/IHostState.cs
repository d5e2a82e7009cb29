using NodeGuard.Agent.Cluster;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Resolving;
using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Updates.Runs;

/// <summary>What an update is measured by, before and after.</summary>
public interface IHostState
{
    /// <summary>Null when it cannot be read.</summary>
    string? BootId { get; }

    /// <summary>Null when dpkg could not be asked.</summary>
    Task<DpkgStatus?> PackagesAsync(CancellationToken cancellation);

    /// <summary>Those of the packages that were installed because others need them, as "name" or "name:architecture"; null when apt does not tell.</summary>
    Task<IReadOnlySet<string>?> AutomaticAsync(IReadOnlyList<WantedPackage> packages, CancellationToken cancellation);

    Task<HostHealth> HealthAsync(CancellationToken cancellation);
}

/// <summary>The host that this agent guards.</summary>
internal sealed class HostState : IHostState, IDisposable
{
    // No signals of the bus are wanted, only answers.
    private readonly SystemBus _bus = new(new BusOptions { Matches = [] });
    private readonly TransientCommands _commands;
    private readonly HostServices _services;
    private readonly HostNameservers _nameservers;
    private readonly IRouteGuard _guard;
    private readonly string _procRoot;

    public HostState(IRouteGuard guard, HostRoot host, string procRoot, TimeProvider time)
    {
        (_guard, _procRoot) = (guard, procRoot);
        _commands = new TransientCommands(time);
        _services = new HostServices(_bus);
        _nameservers = new HostNameservers(host, time);
        Tool = new AptUpdateUnit(_bus);
    }

    public IUpdateTool Tool { get; }

    public string? BootId => HostFacts.Read(_procRoot, string.Empty).BootId;

    public Task<DpkgStatus?> PackagesAsync(CancellationToken cancellation) => DpkgQuery.AskAsync(_commands, cancellation);

    public Task<IReadOnlySet<string>?> AutomaticAsync(IReadOnlyList<WantedPackage> packages, CancellationToken cancellation) =>
        AptFamily.AutomaticAsync(_commands, [.. packages.Select(static package => $"{package.Name}:{package.Architecture}")], cancellation);

    public async Task<HostHealth> HealthAsync(CancellationToken cancellation)
    {
        GuardStatus status = _guard.Status;
        return new HostHealth
        {
            // The guard looks for networkd at its own pace: for seconds after a stop it still tells of one that runs.
            NetworkdRuns = await _services.IsActiveAsync("systemd-networkd.service", cancellation),
            RoutesAreWhole = ClusterReport.StateOf(status) switch
            {
                Core.Fleet.Guarded.RouteState.Intact => true,
                Core.Fleet.Guarded.RouteState.Unknown => null,
                _ => false,
            },
            // The agent shares the host's network.
            HasDefaultRoute = DefaultRoute.Exists(),
            NamesAreResolved = await _nameservers.ResolveAsync(cancellation),
            Services = await _services.ReadAsync(cancellation),
        };
    }

    public void Dispose()
    {
        _commands.Dispose();
        _bus.Dispose();
    }
}
