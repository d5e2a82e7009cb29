using NodeGuard.Agent.Control;
using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Images;
using NodeGuard.Linux.Systemd.Config;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Images;

/// <summary>Reads the manifest and the host, and compares them. One caller at a time.</summary>
/// <param name="root">Of the host.</param>
/// <param name="procRoot">The host's /proc.</param>
/// <param name="updates">The updates that NodeGuard itself ran, newest first.</param>
/// <param name="time">The wall clock.</param>
internal sealed class DriftLook(HostRoot root, string procRoot, Func<IReadOnlyList<UpdateRun>> updates, TimeProvider time)
{
    private readonly HostImageReader _host = new(root, procRoot, time);
    private readonly AptHistoryFile _apt = new(root);
    private (FileStat Stat, ManifestReading Reading)? _manifest;
    private IReadOnlyList<ImageSetting>? _sysctls;

    /// <summary>Everything that differs, whatever is told of it.</summary>
    public IReadOnlyList<ImageDifference> Differences { get; private set; } = [];

    /// <param name="anew">Reads every file, whatever is known of it.</param>
    /// <param name="visit">Told each directory whose changes matter.</param>
    public ImageDrift Read(bool anew, Action<string> visit)
    {
        long before = Clock.ThreadNanoseconds();
        ImageDrift drift = ReadManifest(visit) switch
        {
            ManifestReading.Read read => Compare(read.Manifest, anew, visit),
            ManifestReading.Refused refused => Unknown(refused.Problem),
            _ => throw new InvalidOperationException("a manifest is read or refused"),
        };
        return drift with { LookedAt = time.GetUtcNow(), CpuMilliseconds = Math.Round((Clock.ThreadNanoseconds() - before) / 1e6, 3) };
    }

    /// <summary>What has no file whose change could be seen. A few microseconds for each.</summary>
    public bool HaveSysctlsChanged() =>
        _manifest?.Reading is ManifestReading.Read { Manifest: { Sysctls: not null } manifest }
        && _host.ReadSysctls(ImageScope.Of(manifest)).Value is { } now && _sysctls is { } before && !now.SequenceEqual(before);

    private ManifestReading ReadManifest(Action<string> visit)
    {
        string path = root.Map(ImageManifest.DefaultPath);
        visit(Path.GetDirectoryName(path)!);
        visit(Path.GetDirectoryName(Path.GetDirectoryName(path))!);
        FileStat? stat = null;
        try
        {
            stat = FileStat.Of(path);
        }
        catch (IOException)
        {
            // Reading it tells why.
        }

        if (_manifest is { } known && known.Stat == stat && stat is { Kind: FileKind.File })
        {
            return known.Reading;
        }

        ManifestReading reading = ManifestFile.Read(path, ImageManifest.DefaultPath);
        _manifest = stat is { } there ? (there, reading) : null;
        return reading;
    }

    private ImageDrift Compare(ImageManifest manifest, bool anew, Action<string> visit)
    {
        HostImage host = _host.Read(ImageScope.Of(manifest), anew, visit);
        _sysctls = host.Sysctls.Value;
        ImageComparison comparison = DriftFinder.Compare(manifest, host);
        if (comparison.Differences.Any(static difference => difference.Kind == DifferenceKind.Package))
        {
            comparison = comparison with { Differences = DriftCauses.Tell(comparison.Differences, updates(), _apt.Read()) };
        }

        Differences = comparison.Differences;
        return new ImageDrift
        {
            State = comparison.State,
            Message = DriftText.Of(comparison, manifest.Title, host.Kind),
            Host = host.Kind,
            ImageId = manifest.ImageId,
            ImageVersion = manifest.ImageVersion,
            Differences = [.. comparison.Differences.Take(ImageDrift.MostTold)],
            Total = comparison.Differences.Count,
            Unknown = comparison.Unknown,
            Counts = Counts(comparison),
        };
    }

    private ImageDrift Unknown(string problem)
    {
        Differences = [];
        _sysctls = null;
        HostKind kind = _host.ReadKind();
        return ImageDrift.NotLookedYet with { Message = DriftText.Unknown(problem, kind), Host = kind };
    }

    // A part that is not known has no count: 0 would say that all is well.
    private static Dictionary<DifferenceKind, int> Counts(ImageComparison comparison) => Enum.GetValues<DifferenceKind>()
        .Select(kind => (Kind: kind, Count: comparison.Differences.Count(difference => difference.Kind == kind)))
        .Where(pair => pair.Count > 0 || !comparison.Unknown.Any(part => part.Kind == pair.Kind))
        .ToDictionary(static pair => pair.Kind, static pair => pair.Count);
}
