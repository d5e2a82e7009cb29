using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Core.Updates.Runs;

/// <summary>Which packages a run brings, and what it changed.</summary>
public static class PackageSets
{
    /// <summary>What an update of this scope installs: nothing that is kept back, and no downgrade.</summary>
    public static IReadOnlyList<WantedPackage> Wanted(IReadOnlyList<PendingPackage> pending, UpdateScope scope) =>
    [
        .. pending
            .Where(package => package is { KeptBack: KeptBackReason.None, Installed: not null, Downgrade: false } && (scope == UpdateScope.All || package.Security))
            .Select(static package => new WantedPackage(package.Name, package.Architecture, package.Candidate)),
    ];

    /// <summary>Installed packages, "name:architecture" to version; of what is half installed the version that dpkg names.</summary>
    public static Dictionary<string, string> Installed(DpkgStatus status)
    {
        var installed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (InstalledPackage package in status.Packages.Where(static package => package.State is not (PackageState.NotInstalled or PackageState.ConfigFiles)))
            installed[$"{package.Name}:{package.Architecture}"] = package.Version;
        return installed;
    }

    /// <summary>By name.</summary>
    public static IReadOnlyList<PackageChange> Changes(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
    [
        .. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(key => (Key: key, From: before.GetValueOrDefault(key), To: after.GetValueOrDefault(key)))
            .Where(static change => change.From != change.To)
            .Select(static change => new PackageChange(change.Key[..change.Key.LastIndexOf(':')], change.Key[(change.Key.LastIndexOf(':') + 1)..], change.From, change.To)),
    ];
}
