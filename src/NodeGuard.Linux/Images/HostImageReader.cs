using NodeGuard.Core.Images;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Images;

/// <summary>What is looked at.</summary>
/// <param name="Sysctls">Null: those that the host's files set.</param>
public sealed record ImageScope(IReadOnlyList<string> Guarded, IReadOnlyList<string> LeftOut, IReadOnlyList<string>? Sysctls)
{
    public static ImageScope Of(ImageManifest manifest) =>
        new(manifest.Guarded, manifest.LeftOut, [.. (manifest.Sysctls ?? []).Select(static setting => setting.Name)]);
}

/// <summary>Reads what a host is from its files, without any of its programs.</summary>
/// <param name="root">Of the host.</param>
/// <param name="procRoot">The host's /proc; null where no kernel runs this root.</param>
/// <param name="time">The wall clock.</param>
public sealed class HostImageReader(HostRoot root, string? procRoot, TimeProvider time)
{
    private const string Database = "/var/lib/dpkg/status";
    private const string Journal = "/var/lib/dpkg/updates";
    private const string NoKernel = "no kernel runs what is below this directory";
    private const int MaxDatabaseBytes = 512 * 1024 * 1024;

    /// <summary>Where what is read changes, besides the guarded paths. Directories; what is missing may come.</summary>
    public static readonly IReadOnlyList<string> Watched =
    [
        "/var/lib/dpkg", Journal, "/etc", "/etc/systemd", "/etc/systemd/system", "/run/systemd", "/run/systemd/system",
        "/etc/systemd/networkd.conf.d", "/run/systemd/networkd.conf.d", "/usr/lib/systemd/networkd.conf.d", "/usr/lib", "/usr/lib/nodeguard",
    ];

    private readonly GuardedFiles _files = new(root, time);
    private readonly HostSysctls _sysctls = new(root, procRoot);
    private (FileStat Stat, Part<IReadOnlyList<ImagePackage>> Packages)? _packages;

    /// <param name="scope">What is wanted.</param>
    /// <param name="anew">Whatever is known already.</param>
    /// <param name="visit">Told each directory whose changes matter.</param>
    public HostImage Read(ImageScope scope, bool anew = false, Action<string>? visit = null)
    {
        foreach (string directory in Watched)
        {
            visit?.Invoke(root.Map(directory));
        }

        GuardedLook files = _files.Read(scope.Guarded, scope.LeftOut, anew, visit);
        OsRelease release = Release();
        return new HostImage
        {
            Kind = ReadKind(release),
            ImageId = release.ImageId,
            ImageVersion = release.ImageVersion,
            Distribution = release.Distribution,
            Kernel = Proc("sys/kernel/osrelease", static text => text),
            Packages = ReadPackages(anew),
            Files = new Part<IReadOnlyList<GuardedFile>>(files.Files, files.Problem),
            Unreadable = files.Unreadable,
            Masks = ReadMasks(),
            Networkd = ReadNetworkd(),
            CommandLine = Proc("cmdline", KernelCommandLine.Stable),
            Sysctls = ReadSysctls(scope),
        };
    }

    /// <summary>What of a host changes without a file of it.</summary>
    public Part<IReadOnlyList<ImageSetting>> ReadSysctls(ImageScope scope) =>
        scope.Sysctls is { } names ? _sysctls.Read(names) : _sysctls.ReadConfigured();

    public HostKind ReadKind() => ReadKind(Release());

    private HostKind ReadKind(OsRelease release) => HostKinds.Of(new HostKindFacts
    {
        Os = release,
        OstreeBooted = root.Exists("/run/ostree-booted"),
        HasBootc = root.Exists("/usr/bin/bootc"),
        Mounts = procRoot is null ? "" : Text($"{procRoot}/1/mounts") ?? Text($"{procRoot}/self/mounts") ?? "",
        CommandLine = procRoot is null ? "" : Text($"{procRoot}/cmdline") ?? "",
    });

    private OsRelease Release() =>
        root.Read("/etc/os-release") is FileText.Content content ? OsRelease.Read(content.Text)
        : root.Read("/usr/lib/os-release") is FileText.Content vendor ? OsRelease.Read(vendor.Text)
        : OsRelease.Empty;

    private Part<IReadOnlyList<ImagePackage>> ReadPackages(bool anew)
    {
        try
        {
            if (FileStat.Of(root.Map(Database)) is not { } stat)
            {
                return Part.Unknown<IReadOnlyList<ImagePackage>>($"{Database} is not there, and of other package managers NodeGuard reads nothing");
            }

            if (anew || _packages is not { } known || known.Stat != stat)
            {
                _packages = (stat, stat.Size > MaxDatabaseBytes
                    ? Part.Unknown<IReadOnlyList<ImagePackage>>($"{Database} is larger than any that dpkg makes")
                    : ImagePackages.Of(DpkgStatusReader.Read(File.ReadAllBytes(root.Map(Database)))));
            }

            Part<IReadOnlyList<ImagePackage>> packages = _packages.Value.Packages;
            // Until dpkg has put these into its database they say more than it.
            return packages.Problem is null && root.Names(Journal, "").Count > 0
                ? packages with { Problem = "dpkg is at work, or was cut off in its work: dpkg --configure -a" }
                : packages;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Part.Unknown<IReadOnlyList<ImagePackage>>($"{Database} cannot be read: {e.Message}");
        }
    }

    private Part<IReadOnlyList<string>> ReadMasks()
    {
        var masks = new SortedSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (string directory in new[] { HoldFile.PersistentUnits, HoldFile.RuntimeUnits })
            {
                masks.UnionWith(root.Names(directory, "").Where(name => name.Contains('.', StringComparison.Ordinal) && new FileInfo(root.Map($"{directory}/{name}")).LinkTarget == "/dev/null"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Part.Unknown<IReadOnlyList<string>>(e.Message);
        }

        return Part.Known<IReadOnlyList<string>>([.. masks]);
    }

    /// <summary>The last assignment of each setting, as networkd reads them; those of NodeGuard come and go.</summary>
    private Part<IReadOnlyList<ImageSetting>> ReadNetworkd()
    {
        ConfigStack stack = new NetworkdConfReader(root).ReadGlobal(InstalledSystemd.Version(root));
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (ConfigFile file in stack.Files.Where(static file => !PreventionFile.HasOurName(file.Path)))
        {
            if (file.Problem is { } problem)
            {
                return Part.Unknown<IReadOnlyList<ImageSetting>>(problem);
            }

            foreach (ConfigLine line in file.Lines)
            {
                settings[$"{line.Section}.{line.Key}"] = line.Value;
            }
        }

        return Part.Known<IReadOnlyList<ImageSetting>>([.. settings.Select(static pair => new ImageSetting(pair.Key, pair.Value))]);
    }

    private Part<string> Proc(string name, Func<string, string> read) =>
        procRoot is null ? Part.Unknown<string>(NoKernel)
        : Text($"{procRoot}/{name}") is { } text ? Part.Known(read(text.Trim()))
        : Part.Unknown<string>($"{procRoot}/{name} cannot be read");

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
