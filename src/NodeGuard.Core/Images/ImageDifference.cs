using NodeGuard.Core.Fleet.Guarded;

namespace NodeGuard.Core.Images;

/// <summary>In what a host can differ from its image; the order in which differences are told.</summary>
public enum DifferenceKind
{
    /// <summary>The stamp in os-release.</summary>
    Image,

    Kernel,

    Package,

    File,

    /// <summary>A unit that is masked, or is not any more.</summary>
    Mask,

    /// <summary>An effective setting of systemd-networkd.</summary>
    Networkd,

    /// <summary>A word of the kernel's command line.</summary>
    CommandLine,

    Sysctl,
}

/// <param name="Kind">In what.</param>
/// <param name="Name">Of which.</param>
/// <param name="Wanted">As the image has it; null where it has none.</param>
/// <param name="Found">As the host has it; null where it has none.</param>
public sealed record ImageDifference(DifferenceKind Kind, string Name, string? Wanted, string? Found)
{
    /// <summary>Who did it, as far as it is written down somewhere.</summary>
    public string? Cause { get; init; }
}

/// <summary>A part that could not be compared, or not all of it.</summary>
public sealed record UnknownPart(DifferenceKind Kind, string Reason);

/// <summary>What came of a comparison.</summary>
/// <param name="Differences">By kind and name.</param>
/// <param name="Unknown">By kind.</param>
public sealed record ImageComparison(IReadOnlyList<ImageDifference> Differences, IReadOnlyList<UnknownPart> Unknown)
{
    /// <summary>Only what was compared in all its parts is as its image made it.</summary>
    public DriftState State => Differences.Count > 0 ? DriftState.Drifted : Unknown.Count > 0 ? DriftState.Unknown : DriftState.None;
}
