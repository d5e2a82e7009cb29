using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Linux.Packages;

/// <summary>What one look at the host's packages brings.</summary>
/// <param name="InstalledKernels">Releases as `uname -r` tells them; null where they are not known.</param>
public sealed record PackageLook(PendingUpdates Pending, IReadOnlyList<string>? InstalledKernels)
{
    /// <summary>What the host's own tool says of a reboot; null where the family has none.</summary>
    public RebootAdvice? Reboot { get; init; }
}

/// <summary>The package tools of one family of distributions, asked without network and without the locks that keep an update from running.</summary>
public interface IPackageFamily
{
    /// <summary>Changes when what the tools would answer may have changed; null where that cannot be seen from here.</summary>
    string? Fingerprint();

    Task<PackageLook> LookAsync(CancellationToken cancellation);
}
