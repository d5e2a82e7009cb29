using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Packages;

/// <summary>The services that make a host a node, as systemd tells them.</summary>
public sealed class HostServices(SystemBus bus)
{
    private static readonly string[] Wanted = ["kubelet.service", "containerd.service", "crio.service", "docker.service", "k3s.service", "k3s-agent.service", "rke2-server.service", "rke2-agent.service"];

    private readonly SystemdUnits _units = new(bus);

    /// <summary>Whether each is active; those that are not on the host, and those that could not be asked for, are left out.</summary>
    public async Task<IReadOnlyDictionary<string, bool>> ReadAsync(CancellationToken cancellation)
    {
        var services = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (string service in Wanted)
        {
            if (await _units.UnitPropertyAsync<string>(service, "LoadState", cancellation) is BusValue<string>.Known { Value: "loaded" }
                && await _units.UnitPropertyAsync<string>(service, "ActiveState", cancellation) is BusValue<string>.Known { Value: var state })
            {
                services[service] = state is "active" or "reloading";
            }
        }

        return services;
    }
}
