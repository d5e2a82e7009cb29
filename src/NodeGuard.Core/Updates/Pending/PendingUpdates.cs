namespace NodeGuard.Core.Updates.Pending;

/// <summary>Why a package is not upgraded although there is a newer version.</summary>
public enum KeptBackReason
{
    /// <summary>It is upgraded by the next upgrade.</summary>
    None,

    /// <summary>A person or a tool put it on hold in dpkg, or locked it in dnf or zypper.</summary>
    Held,

    /// <summary>Preferences prefer the version that is installed, or dnf's configuration excludes the newer one.</summary>
    Pinned,

    /// <summary>The archive gives it to a part of all hosts first.</summary>
    Phased,

    /// <summary>It needs a package that is not installed, or wants one removed: dist-upgrade would do that.</summary>
    NeedsChanges,

    /// <summary>Not even dist-upgrade would: something that it needs is not to be had.</summary>
    Blocked,
}

/// <summary>One package that is to change, or would but for a reason.</summary>
public sealed record PendingPackage
{
    public required string Name { get; init; }

    public required string Architecture { get; init; }

    /// <summary>Null for a package that comes new with another one.</summary>
    public string? Installed { get; init; }

    /// <summary>The version that would come.</summary>
    public required string Candidate { get; init; }

    /// <summary>The archives that offer the candidate: "Debian-Security stable-security".</summary>
    public required IReadOnlyList<string> Origins { get; init; }

    /// <summary>A version newer than the installed one, up to the candidate, is in a security archive.</summary>
    public required bool Security { get; init; }

    public required KeptBackReason KeptBack { get; init; }

    /// <summary>The reason in a sentence; null where nothing keeps it back.</summary>
    public string? Why { get; init; }

    public int? PhasedPercentage { get; init; }

    /// <summary>Whether unattended-upgrades takes it by its configuration; null where that is not known.</summary>
    public bool? Unattended { get; init; }

    /// <summary>A pin above 1000 wants an older version.</summary>
    public bool Downgrade { get; init; }
}

/// <summary>What is pending on a host. Null is what could not be told; <see cref="Problems"/> says why.</summary>
public sealed record PendingUpdates
{
    /// <summary>A host of which nothing is known.</summary>
    public static PendingUpdates Unknown(string why) => new() { Problems = [why] };

    /// <summary>apt, rpm, or none where a host has no packages that could change one by one.</summary>
    public string Family { get; init; } = "unknown";

    /// <summary>By name. Null: not known.</summary>
    public IReadOnlyList<PendingPackage>? Packages { get; init; }

    /// <summary>dpkg or rpm broke off and has to be repaired first, in a sentence; null where it did not.</summary>
    public string? Interrupted { get; init; }

    /// <summary>The packages in the middle of which it did, by name; empty also where only its journal is left.</summary>
    public IReadOnlyList<string> HalfDone { get; init; } = [];

    /// <summary>When the lists of packages were last fetched; null: never, or not known.</summary>
    public DateTimeOffset? ListsFrom { get; init; }

    public IReadOnlyList<string> Problems { get; init; } = [];
}
