namespace NodeGuard.Core.Images;

/// <summary>What an image is: the truth that its nodes are measured by. A null part is one that it does not tell.</summary>
public sealed record ImageManifest
{
    public const int CurrentSchema = 1;

    /// <summary>Written last into the image.</summary>
    public const string DefaultPath = "/usr/lib/nodeguard/image-manifest.json";

    /// <summary>IMAGE_ID of os-release.</summary>
    public required string ImageId { get; init; }

    /// <summary>IMAGE_VERSION of os-release.</summary>
    public required string ImageVersion { get; init; }

    /// <summary>ID and VERSION_ID of os-release, "debian-12".</summary>
    public string? Distribution { get; init; }

    /// <summary>Of the image that this one was built from.</summary>
    public string? SourceDigest { get; init; }

    /// <summary>Of the sources of the build.</summary>
    public string? GitCommit { get; init; }

    /// <summary>The release that a node of it runs.</summary>
    public string? Kernel { get; init; }

    public string? Kubelet { get; init; }

    public string? Containerd { get; init; }

    /// <summary>Paths whose files are guarded, with all below them.</summary>
    public required IReadOnlyList<string> Guarded { get; init; }

    /// <summary>Paths below those that are not, with all below them: what each machine writes for itself.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    public IReadOnlyList<ImagePackage>? Packages { get; init; }

    public IReadOnlyList<GuardedFile>? Files { get; init; }

    /// <summary>Names of units.</summary>
    public IReadOnlyList<string>? Masks { get; init; }

    /// <summary>networkd's effective global settings, without those of NodeGuard's own drop-ins.</summary>
    public IReadOnlyList<ImageSetting>? Networkd { get; init; }

    /// <summary>Without what names one machine or one boot.</summary>
    public string? CommandLine { get; init; }

    public IReadOnlyList<ImageSetting>? Sysctls { get; init; }

    public string Title => $"{ImageId} {ImageVersion}";

    /// <summary>The same in the one order that the digest is made over.</summary>
    public ImageManifest InOrder() => this with
    {
        Guarded = [.. Guarded.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        LeftOut = [.. LeftOut.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        Packages = Packages is null ? null : [.. Packages.OrderBy(static p => p.Type, StringComparer.Ordinal).ThenBy(static p => p.Name, StringComparer.Ordinal).ThenBy(static p => p.Architecture, StringComparer.Ordinal)],
        Files = Files is null ? null : [.. Files.OrderBy(static f => f.Path, StringComparer.Ordinal)],
        Masks = Masks is null ? null : [.. Masks.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        Networkd = Networkd is null ? null : [.. Networkd.OrderBy(static s => s.Name, StringComparer.Ordinal)],
        Sysctls = Sysctls is null ? null : [.. Sysctls.OrderBy(static s => s.Name, StringComparer.Ordinal)],
    };

    /// <summary>A host that is exactly this image.</summary>
    public HostImage AsHost()
    {
        return new HostImage
        {
            ImageId = ImageId,
            ImageVersion = ImageVersion,
            Kernel = Of(Kernel),
            Packages = Of(Packages),
            Files = Of(Files),
            Masks = Of(Masks),
            Networkd = Of(Networkd),
            CommandLine = Of(CommandLine),
            Sysctls = Of(Sysctls),
        };

        Part<T> Of<T>(T? part)
            where T : class => part is null ? Part.Unknown<T>($"the manifest of {Title} does not tell") : Part.Known(part);
    }
}
