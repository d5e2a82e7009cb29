namespace NodeGuard.Linux.Systemd.Bus;

public sealed record BusOptions
{
    private const string NameOwnerChanged =
        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0=";

    private const string ManagerSignal = "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1.Manager',member=";

    /// <summary>What the guard wants to hear: both services coming and going, unit jobs, reloads, networkd's links.</summary>
    public static readonly IReadOnlyList<string> GuardMatches =
    [
        NameOwnerChanged + "'org.freedesktop.systemd1'",
        NameOwnerChanged + "'org.freedesktop.network1'",
        ManagerSignal + "'JobNew'",
        ManagerSignal + "'JobRemoved'",
        ManagerSignal + "'Reloading'",
        "type='signal',sender='org.freedesktop.network1',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
    ];

    /// <summary>The ends of unit jobs.</summary>
    public static readonly IReadOnlyList<string> JobEnds = [ManagerSignal + "'JobRemoved'"];

    /// <summary>D-Bus address; by default DBUS_SYSTEM_BUS_ADDRESS, else the system bus's usual socket.</summary>
    public string Address { get; init; } =
        Environment.GetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS") is { Length: > 0 } address
            ? address
            : "unix:path=/run/dbus/system_bus_socket";

    /// <summary>D-Bus match rules, added at every connect.</summary>
    public IReadOnlyList<string> Matches { get; init; } = GuardMatches;

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Events that a watcher may be behind.</summary>
    public int WatchCapacity { get; init; } = 256;

    internal string Library { get; init; } = SdBus.Library;
}
