namespace NodeGuard.Core.Images;

/// <summary>What a host is, in the parts that a manifest tells, as read now.</summary>
public sealed record HostImage
{
    public HostKind Kind { get; init; } = HostKind.Plain;

    public string? ImageId { get; init; }

    public string? ImageVersion { get; init; }

    /// <summary>ID and VERSION_ID of os-release, "debian-12".</summary>
    public string? Distribution { get; init; }

    /// <summary>The one that runs.</summary>
    public required Part<string> Kernel { get; init; }

    public required Part<IReadOnlyList<ImagePackage>> Packages { get; init; }

    public required Part<IReadOnlyList<GuardedFile>> Files { get; init; }

    /// <summary>Files and directories, with all below them, that could not be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    public required Part<IReadOnlyList<string>> Masks { get; init; }

    public required Part<IReadOnlyList<ImageSetting>> Networkd { get; init; }

    public required Part<string> CommandLine { get; init; }

    /// <summary>Of the names that were asked for, those that the kernel has.</summary>
    public required Part<IReadOnlyList<ImageSetting>> Sysctls { get; init; }
}
