namespace NodeGuard.Core.Updates.Dpkg;

/// <summary>What an admin or a tool wishes of a package; dpkg's words.</summary>
public enum PackageWish
{
    Unknown,
    Install,
    Hold,
    Deinstall,
    Purge,
}

/// <summary>How far a package is installed; dpkg's words.</summary>
public enum PackageState
{
    NotInstalled,
    ConfigFiles,
    HalfInstalled,
    Unpacked,
    HalfConfigured,
    TriggersAwaited,
    TriggersPending,
    Installed,
}

public sealed record InstalledPackage(string Name, string Architecture, string Version)
{
    public required PackageWish Wish { get; init; }

    public required PackageState State { get; init; }

    /// <summary>dpkg broke off in the middle of it.</summary>
    public bool NeedsReinstall { get; init; }

    /// <summary>dpkg began with it and has not ended: triggers that wait count, as apt counts them.</summary>
    public bool IsHalfDone =>
        NeedsReinstall || State is PackageState.HalfInstalled or PackageState.Unpacked or PackageState.HalfConfigured
            or PackageState.TriggersAwaited or PackageState.TriggersPending;
}

/// <summary>dpkg's database, or a part of it where there are problems.</summary>
public sealed record DpkgStatus(IReadOnlyList<InstalledPackage> Packages, IReadOnlyList<string> Problems);
