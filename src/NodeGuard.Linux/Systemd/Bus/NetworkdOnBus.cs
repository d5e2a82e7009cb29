using NodeGuard.Linux.Systemd.Description;

namespace NodeGuard.Linux.Systemd.Bus;

/// <summary>What systemd says of systemd-networkd.service.</summary>
public abstract record NetworkdSnapshot
{
    private NetworkdSnapshot()
    {
    }

    /// <param name="ActiveState">active, inactive, activating, deactivating, failed, reloading.</param>
    /// <param name="MainPid">In the host's pid namespace; 0 when it does not run.</param>
    /// <param name="InvocationId">32 hex digits, new at each start; null when it never ran in this boot.</param>
    /// <param name="Version">As systemd tells it; null when it did not.</param>
    /// <param name="JobPath">The job that is queued or running on it; null when there is none.</param>
    public sealed record Present(
        string ActiveState, uint MainPid, string? InvocationId, string? Version, string? JobPath) : NetworkdSnapshot;

    /// <summary>There is no such unit, or it is masked and does not run.</summary>
    public sealed record Absent(string LoadState) : NetworkdSnapshot;

    public sealed record Unknown(string Problem) : NetworkdSnapshot;
}

/// <summary>A link in networkd's list.</summary>
public sealed record NetworkdBusLink(int Index, string Name, string Path);

/// <summary>networkd, asked over the bus. Never starts it: where it does not run, the answer is unknown.</summary>
public sealed class NetworkdOnBus(SystemBus bus)
{
    public const string Unit = "systemd-networkd.service";

    private const string Networkd = "org.freedesktop.network1";
    private const string ManagerPath = "/org/freedesktop/network1";

    private readonly SystemdUnits _units = new(bus);

    public async Task<NetworkdSnapshot> SnapshotAsync(CancellationToken cancellation)
    {
        var load = _units.UnitPropertyAsync<string>(Unit, "LoadState", cancellation);
        var active = _units.UnitPropertyAsync<string>(Unit, "ActiveState", cancellation);
        var invocation = _units.UnitPropertyAsync<byte[]>(Unit, "InvocationID", cancellation);
        var job = _units.UnitPropertyAsync<object[]>(Unit, "Job", cancellation);
        var pid = _units.ServicePropertyAsync<uint>(Unit, "MainPID", cancellation);
        var version = _units.VersionAsync(cancellation);
        await Task.WhenAll(load, active, invocation, job, pid, version);
        return Combine(await load, await active, await invocation, await job, await pid, await version);
    }

    /// <summary>247 and older refuse the method.</summary>
    public async Task<NetworkdDescription> DescribeAsync(CancellationToken cancellation)
    {
        BusReply reply = await bus.CallAsync(Networkd, ManagerPath, Networkd + ".Manager", "Describe", [], cancellation);
        return reply switch
        {
            BusReply.Answer { Values: [string json] } => DescriptionReader.Read(json),
            BusReply.Refused { ErrorName: "org.freedesktop.DBus.Error.UnknownMethod" } refused =>
                new NetworkdDescription.NotOffered($"this networkd has no Describe: {refused.Problem}"),
            _ => new NetworkdDescription.Invalid($"networkd did not describe itself: {reply.WhyNot ?? "its reply is not one string"}"),
        };
    }

    public async Task<BusValue<IReadOnlyList<NetworkdBusLink>>> LinksAsync(CancellationToken cancellation)
    {
        BusReply reply = await bus.CallAsync(Networkd, ManagerPath, Networkd + ".Manager", "ListLinks", [], cancellation);
        if (reply is not BusReply.Answer { Values: [object[] rows] })
            return new BusValue<IReadOnlyList<NetworkdBusLink>>.Unknown($"networkd did not list its links: {reply.WhyNot ?? "its reply is not a list"}");
        return new BusValue<IReadOnlyList<NetworkdBusLink>>.Known(
            [.. rows.OfType<object[]>().Where(row => row is [int, string, string]).Select(row => new NetworkdBusLink((int)row[0], (string)row[1], (string)row[2]))]);
    }

    /// <summary>pending, initialized, configuring, configured, unmanaged, failed, linger.</summary>
    public Task<BusValue<string>> AdministrativeStateAsync(NetworkdBusLink link, CancellationToken cancellation) =>
        bus.GetPropertyAsync<string>(Networkd, link.Path, Networkd + ".Link", "AdministrativeState", cancellation);

    internal static NetworkdSnapshot Combine(
        BusValue<string> load, BusValue<string> active, BusValue<byte[]> invocation, BusValue<object[]> job,
        BusValue<uint> pid, BusValue<string> version)
    {
        if (load is not BusValue<string>.Known { Value: var loaded })
            return new NetworkdSnapshot.Unknown(((BusValue<string>.Unknown)load).Problem);
        if (active is not BusValue<string>.Known { Value: var state })
            return new NetworkdSnapshot.Unknown(((BusValue<string>.Unknown)active).Problem);
        // A unit that was masked or removed while it ran goes on running, and flushing.
        if (loaded is "not-found" or "masked" && state is ("inactive" or "failed"))
            return new NetworkdSnapshot.Absent(loaded);
        if (pid is not BusValue<uint>.Known { Value: var main })
            return new NetworkdSnapshot.Unknown(((BusValue<uint>.Unknown)pid).Problem);
        return new NetworkdSnapshot.Present(
            state,
            main,
            invocation is BusValue<byte[]>.Known { Value: { Length: 16 } id } ? Convert.ToHexStringLower(id) : null,
            (version as BusValue<string>.Known)?.Value,
            job is BusValue<object[]>.Known { Value: [uint and not 0, string path] } ? path : null);
    }
}
