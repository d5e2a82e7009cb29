using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Core.Images;

/// <summary>What the maker of an image says of it.</summary>
public sealed record ImageIdentity(string ImageId, string ImageVersion)
{
    public string? SourceDigest { get; init; }

    public string? GitCommit { get; init; }

    public required IReadOnlyList<string> Guarded { get; init; }

    public IReadOnlyList<string> LeftOut { get; init; } = [];
}

/// <summary>A manifest from the host that the image is built on.</summary>
public static class ManifestMaker
{
    /// <summary>Where settings are that decide how a node behaves; /etc/systemd has the units and networkd's files.</summary>
    public static readonly IReadOnlyList<string> DefaultGuarded =
    [
        "/etc/systemd", "/etc/apt/apt.conf.d", "/etc/apt/preferences.d", "/etc/apt/sources.list", "/etc/apt/sources.list.d",
        "/etc/netplan", "/etc/sysctl.conf", "/etc/sysctl.d", "/etc/needrestart", "/etc/cloud/cloud.cfg.d",
        "/etc/modprobe.d", "/etc/modules-load.d", "/etc/udev/rules.d", "/etc/os-release",
    ];

    /// <summary>With one sentence for each part that it will not tell.</summary>
    public static (ImageManifest Manifest, IReadOnlyList<string> Missing) Make(HostImage host, ImageIdentity identity)
    {
        var missing = new List<string>();
        IReadOnlyList<ImagePackage>? packages = Known(DifferenceKind.Package, host.Packages);
        var manifest = new ImageManifest
        {
            ImageId = identity.ImageId,
            ImageVersion = identity.ImageVersion,
            Distribution = host.Distribution,
            SourceDigest = identity.SourceDigest,
            GitCommit = identity.GitCommit,
            Kernel = KernelOf(packages, host.Kernel.Value) ?? Known(DifferenceKind.Kernel, host.Kernel),
            Kubelet = VersionOf(packages, "kubelet"),
            Containerd = VersionOf(packages, "containerd") ?? VersionOf(packages, "containerd.io"),
            Guarded = identity.Guarded,
            LeftOut = identity.LeftOut,
            Packages = packages,
            Files = Known(DifferenceKind.File, host.Files),
            Masks = Known(DifferenceKind.Mask, host.Masks),
            Networkd = Known(DifferenceKind.Networkd, host.Networkd),
            CommandLine = Known(DifferenceKind.CommandLine, host.CommandLine),
            Sysctls = Known(DifferenceKind.Sysctl, host.Sysctls),
        };
        return (manifest.InOrder(), missing);

        T? Known<T>(DifferenceKind kind, Part<T> part)
            where T : class
        {
            if (part.Problem is null)
                return part.Value;
            missing.Add(DriftText.Of(new UnknownPart(kind, part.Problem)));
            return null;
        }
    }

    // A build runs the kernel of its source image; a node of the image boots the newest that is installed.
    private static string? KernelOf(IReadOnlyList<ImagePackage>? packages, string? running) => packages is null ? null
        : RebootNeed.KernelsIn(packages.Where(static package => package.HalfDone is null).Select(static package => package.Name)) is { Count: > 0 } kernels
            ? kernels.Aggregate(static (best, release) => DebianVersion.Compare(release, best) > 0 ? release : best)
            : running;

    private static string? VersionOf(IReadOnlyList<ImagePackage>? packages, string name) =>
        packages?.FirstOrDefault(package => package.Name == name)?.Version;
}

/// <summary>dpkg's packages as an image has them.</summary>
public static class ImagePackages
{
    public static Part<IReadOnlyList<ImagePackage>> Of(DpkgStatus status) => status.Problems.Count > 0
        ? Part.Unknown<IReadOnlyList<ImagePackage>>($"dpkg's database cannot be trusted: {status.Problems[0]}")
        : status.Packages.Count == 0 ? Part.Unknown<IReadOnlyList<ImagePackage>>("dpkg's database names no package")
        : Part.Known<IReadOnlyList<ImagePackage>>(
        [
            .. status.Packages
                .Where(static package => package.State is not (PackageState.NotInstalled or PackageState.ConfigFiles))
                .Select(static package => new ImagePackage(ImagePackage.Deb, package.Name, package.Version, package.Architecture) { HalfDone = HalfDone(package) }),
        ]);

    private static string? HalfDone(InstalledPackage package) => package switch
    {
        { NeedsReinstall: true } => "needs to be installed anew",
        { State: PackageState.HalfInstalled } => "half-installed",
        { State: PackageState.Unpacked } => "unpacked",
        { State: PackageState.HalfConfigured } => "half-configured",
        // Triggers that wait change nothing of what is installed.
        _ => null,
    };
}
