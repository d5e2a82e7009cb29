namespace NodeGuard.Linux.Systemd.Bus;

/// <summary>systemd's manager, as far as NodeGuard needs it.</summary>
public sealed class SystemdUnits(SystemBus bus)
{
    private const string Systemd = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const string ManagerInterface = Systemd + ".Manager";

    /// <summary>As systemd tells it: "252.39-1~deb12u2".</summary>
    public Task<BusValue<string>> VersionAsync(CancellationToken cancellation) =>
        bus.GetPropertyAsync<string>(Systemd, ManagerPath, ManagerInterface, "Version", cancellation);

    /// <summary>An answer is the path of the job that was queued, not its end.</summary>
    public Task<BusReply> StartAsync(string unit, CancellationToken cancellation) => QueueAsync("StartUnit", unit, cancellation);

    /// <inheritdoc cref="StartAsync"/>
    public Task<BusReply> StopAsync(string unit, CancellationToken cancellation) => QueueAsync("StopUnit", unit, cancellation);

    /// <inheritdoc cref="StartAsync"/>
    public Task<BusReply> RestartAsync(string unit, CancellationToken cancellation) => QueueAsync("RestartUnit", unit, cancellation);

    /// <summary>daemon-reload: unit files are read anew. It runs generators and may take long.</summary>
    public Task<BusReply> ReloadAsync(CancellationToken cancellation) =>
        bus.CallAsync(Systemd, ManagerPath, ManagerInterface, "Reload", [], cancellation, TimeSpan.FromSeconds(90));

    public Task<BusValue<T>> UnitPropertyAsync<T>(string unit, string name, CancellationToken cancellation)
        where T : notnull =>
        bus.GetPropertyAsync<T>(Systemd, UnitPath.Of(unit), Systemd + ".Unit", name, cancellation);

    public Task<BusValue<T>> ServicePropertyAsync<T>(string unit, string name, CancellationToken cancellation)
        where T : notnull =>
        bus.GetPropertyAsync<T>(Systemd, UnitPath.Of(unit), Systemd + ".Service", name, cancellation);

    /// <param name="interface">Such as org.freedesktop.systemd1.Timer.</param>
    public Task<BusValue<T>> PropertyAsync<T>(string unit, string @interface, string name, CancellationToken cancellation)
        where T : notnull =>
        bus.GetPropertyAsync<T>(Systemd, UnitPath.Of(unit), @interface, name, cancellation);

    /// <summary>start, stop, restart, try-restart, reload, …; unknown once the job is over.</summary>
    public Task<BusValue<string>> JobTypeAsync(string jobPath, CancellationToken cancellation) =>
        bus.GetPropertyAsync<string>(Systemd, jobPath, Systemd + ".Job", "JobType", cancellation);

    private Task<BusReply> QueueAsync(string member, string unit, CancellationToken cancellation) => bus.CallAsync(
        Systemd, ManagerPath, ManagerInterface, member, [BusArgument.String(unit), BusArgument.String("replace")], cancellation);
}
