using NodeGuard.Agent.Cluster;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Systemd.Bus;

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
internal sealed class HostState(IHostCommands commands, IRouteGuard guard, SystemBus bus, string procRoot) : IHostState
{
    private readonly HostServices _services = new(bus);

    public string? BootId => HostFacts.Read(procRoot, string.Empty).BootId;

    public Task<DpkgStatus?> PackagesAsync(CancellationToken cancellation) => DpkgQuery.AskAsync(commands, cancellation);

    public Task<IReadOnlySet<string>?> AutomaticAsync(IReadOnlyList<WantedPackage> packages, CancellationToken cancellation) =>
        AptFamily.AutomaticAsync(commands, [.. packages.Select(static package => $"{package.Name}:{package.Architecture}")], cancellation);

    public async Task<HostHealth> HealthAsync(CancellationToken cancellation)
    {
        GuardStatus status = guard.Status;
        return new HostHealth
        {
            NetworkdRuns = status.Networkd switch { "running" => true, "unknown" or "" => null, _ => false },
            RoutesAreWhole = ClusterReport.StateOf(status) switch
            {
                Core.Fleet.Guarded.RouteState.Intact => true,
                Core.Fleet.Guarded.RouteState.Unknown => null,
                _ => false,
            },
            // The agent shares the host's network.
            HasDefaultRoute = DefaultRoute.Exists(),
            Services = await _services.ReadAsync(cancellation),
        };
    }
}
