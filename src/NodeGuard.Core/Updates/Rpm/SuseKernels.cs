namespace NodeGuard.Core.Updates.Rpm;

/// <summary>
/// SUSE's packages of kernels do not name what `uname -r` tells: "kernel-default" 6.4.0-150600.23.7.3 runs as
/// 6.4.0-150600.23.7-default, without the last part, which counts the builds.
/// </summary>
public static class SuseKernels
{
    private static readonly string[] Flavours = ["default", "azure", "rt", "64kb", "longterm", "kvmsmall", "preempt"];

    public static IReadOnlyList<string> In(RpmPackages installed) =>
    [
        .. installed.Packages.Select(Release).OfType<string>().Distinct(StringComparer.Ordinal),
    ];

    private static string? Release(RpmPackage package)
    {
        var flavour = Array.Find(Flavours, flavour => package.Name == $"kernel-{flavour}" || package.Name == $"kernel-{flavour}-base");
        var version = package.Version[(package.Version.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return flavour is not null && version.LastIndexOf('.') is var dot && dot > version.IndexOf('-', StringComparison.Ordinal) ? $"{version[..dot]}-{flavour}" : null;
    }
}
