using NodeGuard.Core.Files;

namespace NodeGuard.Core.Routing.Prevention;

public enum NetworkdPresence
{
    Unknown,

    /// <summary>Not installed, or masked.</summary>
    Absent,

    /// <summary>Installed, not running and not enabled.</summary>
    Disabled,

    /// <summary>Enabled or started by something else, but not running at the moment.</summary>
    Stopped,
    Running,
}

public enum UnitEnablement
{
    Unknown,
    Absent,
    Disabled,
    Enabled,
}

/// <summary>A timer that runs updates by itself, for example apt-daily-upgrade.timer.</summary>
public sealed record UpdateTimer(string Unit, UnitEnablement Enablement, DateTimeOffset? Next = null);

/// <summary>
/// Foreign objects on this host, by kind. AddressesWithLifetime are those of the addresses that expire: networkd takes
/// them for its own dynamic ones, and KeepConfiguration=static does not keep them.
/// </summary>
public sealed record ForeignCounts(int Rules, int Routes, int Nexthops, int Addresses, int AddressesWithLifetime = 0)
{
    public int Total => Rules + Routes + Nexthops + Addresses;
}

public enum NeedrestartState
{
    Unknown,
    Absent,

    /// <summary>Installed, and networkd is not among what it restarts by itself.</summary>
    Spares,

    /// <summary>Installed, and a library update may make it restart networkd.</summary>
    MayRestart,
}

/// <summary>An update of the package that contains networkd, known without the network.</summary>
public sealed record PendingUpdate(string Package, string Installed, string Candidate);

/// <summary>What `nodeguard doctor` saw. Null everywhere means that it could not be told.</summary>
public sealed record DoctorInput
{
    public required NetworkdPresence Networkd { get; init; }

    /// <summary>As systemd tells it; shown as it is.</summary>
    public string? VersionText { get; init; }

    public ConfigStack? Config { get; init; }

    /// <summary>The links that networkd manages.</summary>
    public IReadOnlyList<PreventedLink>? Links { get; init; }

    /// <summary>Files at the paths that prevention uses, so that ours are told from competing ones.</summary>
    public IReadOnlyList<ExistingFile> Existing { get; init; } = [];

    public ForeignCounts? Foreign { get; init; }

    /// <summary>The timers that this host has.</summary>
    public IReadOnlyList<UpdateTimer>? Timers { get; init; }

    public IReadOnlyList<PendingUpdate>? PendingUpdates { get; init; }

    public NeedrestartState Needrestart { get; init; }

    /// <summary>The file and line that decide for needrestart.</summary>
    public string? NeedrestartPlace { get; init; }
}
