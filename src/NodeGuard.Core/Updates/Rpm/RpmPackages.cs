namespace NodeGuard.Core.Updates.Rpm;

/// <param name="Version">[epoch:]version-release, without an epoch of 0.</param>
/// <param name="Repository">Where it is to be had; null of an installed one.</param>
public sealed record RpmPackage(string Name, string Architecture, string Version, string? Repository = null);

/// <param name="Problems">What was not understood: then the list is not whole.</param>
public sealed record RpmPackages(IReadOnlyList<RpmPackage> Packages, IReadOnlyList<string> Problems);

/// <summary>What rpm allows more than one version of, and the kernels among it.</summary>
/// <param name="Names">Packages that may be installed more than once.</param>
/// <param name="Kernels">Releases as `uname -r` tells them.</param>
public sealed record RpmSeveral(IReadOnlySet<string> Names, IReadOnlyList<string> Kernels, IReadOnlyList<string> Problems);

/// <summary>What the next upgrade would do, by the tool's own solver.</summary>
public sealed record RpmTransaction
{
    /// <summary>What would be there afterwards: upgraded, installed, downgraded.</summary>
    public required IReadOnlyList<RpmPackage> Coming { get; init; }

    /// <summary>Names of what would go, and of what another package takes the place of.</summary>
    public required IReadOnlyList<string> Going { get; init; }

    /// <summary>What the tool says that it leaves out, as something else is in its way.</summary>
    public required IReadOnlyList<RpmPackage> Skipped { get; init; }

    /// <summary>What was not understood, or does not agree with the tool's own count: then the lists are not whole.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
