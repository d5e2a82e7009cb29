using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Packages;

/// <summary>Services that an update is measured by, as systemd tells them.</summary>
public sealed class HostServices(SystemBus bus)
{
    private static readonly string[] Wanted = ["kubelet.service", "containerd.service", "crio.service", "docker.service", "k3s.service", "k3s-agent.service", "rke2-server.service", "rke2-agent.service"];

    private readonly SystemdUnits _units = new(bus);

    /// <summary>Null when systemd does not tell.</summary>
    public async Task<bool?> IsActiveAsync(string service, CancellationToken cancellation) =>
        await _units.UnitPropertyAsync<string>(service, "ActiveState", cancellation) is BusValue<string>.Known { Value: var state } ? state is "active" or "reloading" : null;

    /// <summary>Whether each that makes a host a node is active; those that are not on the host, and those that could not be asked for, are left out.</summary>
    public async Task<IReadOnlyDictionary<string, bool>> ReadAsync(CancellationToken cancellation)
    {
        var services = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (string service in Wanted)
        {
            if (await _units.UnitPropertyAsync<string>(service, "LoadState", cancellation) is BusValue<string>.Known { Value: "loaded" }
                && await IsActiveAsync(service, cancellation) is { } active)
            {
                services[service] = active;
            }
        }

        return services;
    }
}
