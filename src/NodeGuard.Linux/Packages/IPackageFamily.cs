using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Linux.Packages;

/// <summary>What one look at the host's packages brings.</summary>
/// <param name="InstalledKernels">Releases as `uname -r` tells them; null where they are not known.</param>
public sealed record PackageLook(PendingUpdates Pending, IReadOnlyList<string>? InstalledKernels);

/// <summary>The package tools of one family of distributions, asked without network and without their locks.</summary>
public interface IPackageFamily
{
    /// <summary>Changes when what the tools would answer may have changed; null where that cannot be seen from here.</summary>
    string? Fingerprint();

    Task<PackageLook> LookAsync(CancellationToken cancellation);
}
