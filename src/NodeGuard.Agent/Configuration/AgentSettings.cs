using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Updates;

namespace NodeGuard.Agent.Configuration;

/// <summary>Every setting of the agent, once.</summary>
public static class AgentSettings
{
    // sun_path is 108 bytes with the NUL, and the socket's name comes behind the directory.
    private static readonly AbsolutePath SocketFile = new(107, mayBeEmpty: true);
    private static readonly AbsolutePath RuntimeDirectoryType = new(90);
    private static readonly AbsolutePath Directory = new(1024);

    private static readonly NamedNumber<byte> Protocol = new(
        byte.MaxValue,
        number => (byte)number,
        ("redirect", 1), ("kernel", 2), ("boot", 3), ("static", 4), ("ra", 9), ("zebra", 11), ("bird", 12), ("dhcp", 16),
        ("keepalived", 18), ("bgp", 186), ("isis", 187), ("ospf", 188), ("rip", 189), ("eigrp", 192));

    private static readonly NamedNumber<uint> Table = new(
        uint.MaxValue, number => number, ("default", 253), ("main", 254), ("local", 255));

    internal static readonly ScalarSetting<GuardMode> RoutesMode = new(
        "routes.mode",
        "restore",
        new OneOf<GuardMode>(("observe", GuardMode.Observe), ("restore", GuardMode.Restore)),
        "Report flushes only, or also give back what they took.")
    { Reloadable = true };

    internal static readonly ScalarSetting<HardenMode> RoutesHarden = new(
        "routes.harden",
        "runtime",
        new OneOf<HardenMode>(("off", HardenMode.Off), ("runtime", HardenMode.Runtime), ("persistent", HardenMode.Persistent)),
        "Drop-ins that tell networkd to leave foreign objects alone: none, until the next boot, or for good.");

    internal static readonly ScalarSetting<int> RoutesMaxObjects = new(
        "routes.maxObjects", "262144", new WholeNumber(1_024, 4_194_304), "Bound of the ledger; what comes later is not guarded.");

    internal static readonly ListSetting<byte> RoutesExcludeProtocols = new(
        "routes.exclude.protocols", Protocol, "Protocols of routes, nexthops and rules that are never restored.")
    { Reloadable = true };

    internal static readonly ListSetting<uint> RoutesExcludeTables = new(
        "routes.exclude.tables", Table, "Tables whose routes are never restored.")
    { Reloadable = true };

    internal static readonly ListSetting<PriorityRange> RoutesExcludePriorities = new(
        "routes.exclude.priorities", new RangeOfNumbers(), "Priorities of rules that are never restored.")
    { Reloadable = true };

    internal static readonly ListSetting<string> RoutesExcludeDevices = new(
        "routes.exclude.devices", new DeviceGlob(), "Devices whose objects are never restored.")
    { Reloadable = true };

    internal static readonly ScalarSetting<TimeSpan> RoutesResyncInterval = new(
        "routes.resyncInterval",
        "5min",
        new Duration(TimeSpan.FromSeconds(10), TimeSpan.FromHours(24)),
        "How often the kernel is read anew without being asked to.");

    internal static readonly ScalarSetting<int> RoutesHistorySize = new(
        "routes.historySize", "100", new WholeNumber(1, 10_000), "Flushes that are remembered across restarts.");

    internal static readonly ScalarSetting<HoldMode> UpdatesMode = new(
        "updates.mode",
        "observe",
        new OneOf<HoldMode>(("off", HoldMode.Off), ("observe", HoldMode.Observe), ("hold", HoldMode.Hold)),
        "Whether units that install updates wait for a permit: no, only tell which would, or yes.")
    { Reloadable = true };

    internal static readonly ScalarSetting<bool> UpdatesPersistent = new(
        "updates.persistent", "false", new OneOf<bool>(("false", false), ("true", true)),
        "Drop-ins of the hold under /etc, where they are in effect before the agent starts at boot, and stay when it goes.")
    { Reloadable = true };

    internal static readonly ScalarSetting<bool> UpdatesAptGate = new(
        "updates.aptGate", "false", new OneOf<bool>(("false", false), ("true", true)),
        "Whether apt, whoever runs it, changes no packages while updates are held; people are told how to get a permit.")
    { Reloadable = true };

    internal static readonly ListSetting<string> UpdatesUnits = new(
        "updates.units", new ServicePattern(), "Units that install updates; those that a host lacks do not matter.", string.Join(',', GatedUnits.Usual))
    { Reloadable = true };

    internal static readonly ScalarSetting<string> StateDirectory = new(
        "stateDirectory", "/var/lib/nodeguard", Directory, "Ledger and history.");

    internal static readonly ScalarSetting<string> RuntimeDirectory = new(
        "runtimeDirectory", "/run/nodeguard", RuntimeDirectoryType, "Lock file and control socket.");

    internal static readonly ScalarSetting<ListenAddress> HttpListen = new(
        "http.listen", "127.0.0.1:9871", new ListenAddressType(), "Where /metrics and the probes answer.");

    internal static readonly ScalarSetting<string> HttpSocket = new(
        "http.socket", string.Empty, SocketFile, "Control socket; agent.sock in the runtime directory when empty.");

    internal static readonly ScalarSetting<LogLevel> LogLevelSetting = new(
        "log.level",
        "info",
        new OneOf<LogLevel>(
            ("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("info", LogLevel.Information),
            ("warning", LogLevel.Warning), ("error", LogLevel.Error)),
        "The least important message that is written.")
    { Reloadable = true };

    internal static readonly ScalarSetting<LogFormat> LogFormatSetting = new(
        "log.format", "text", new OneOf<LogFormat>(("text", LogFormat.Text), ("json", LogFormat.Json)), "How messages are written.");

    internal static readonly ScalarSetting<string> ProcRoot = new(
        "procRoot", "/proc", Directory, "The host's /proc, where it is mounted elsewhere in a container.");

    internal static readonly ScalarSetting<int> ReceiveBufferBytes = new(
        "receiveBufferBytes", "64MiB", new ByteSize(4_096, 1 << 30), "Kernel memory for notifications that were not read yet.");

    internal static readonly ScalarSetting<int> RealtimePriority = new(
        "realtimePriority", "10", new WholeNumber(0, 99), "SCHED_FIFO priority of the guard thread; 0 for none.");

    internal static readonly ScalarSetting<string> ClusterNode = new(
        "cluster.node", string.Empty, new NodeName(), "Name of this host's Node, whose GuardedNode is told how the host is; empty outside of a cluster.");

    internal static readonly ScalarSetting<string> ClusterKubeconfig = new(
        "cluster.kubeconfig", string.Empty, new AbsolutePath(1024, mayBeEmpty: true), "Who to tell it to, and as whom; the pod's own account when empty.");

    internal static readonly ScalarSetting<string> ClusterHostRoot = new(
        "cluster.hostRoot", "/", Directory, "Where the host's /etc and /run are, when mounted elsewhere in a container.");

    internal static readonly ScalarSetting<bool> ClusterReboot = new(
        "cluster.reboot", "when-asked", new OneOf<bool>(("when-asked", true), ("never", false)),
        "Whether the host reboots when NodeGuard's controller asks for it, which it does after a drain.");

    internal static readonly ScalarSetting<bool> ClusterUpdates = new(
        "cluster.updates", "when-asked", new OneOf<bool>(("when-asked", true), ("never", false)),
        "Whether packages are updated when NodeGuard's controller asks for it, in the versions that it names.");

    /// <summary>In the order in which they are printed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        RoutesMode, RoutesHarden, RoutesMaxObjects, RoutesExcludeProtocols, RoutesExcludeTables, RoutesExcludePriorities,
        RoutesExcludeDevices, RoutesResyncInterval, RoutesHistorySize,
        UpdatesMode, UpdatesPersistent, UpdatesAptGate, UpdatesUnits,
        StateDirectory, RuntimeDirectory, HttpListen, HttpSocket, LogLevelSetting, LogFormatSetting,
        ProcRoot, ReceiveBufferBytes, RealtimePriority,
        ClusterNode, ClusterKubeconfig, ClusterHostRoot, ClusterReboot, ClusterUpdates,
    ];
}
