using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Images;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages;

/// <summary>Which package tools a host has.</summary>
public static class PackageFamilies
{
    private const string Transactional =
        "this is a transactional-update host: its packages come with its next snapshot, and `transactional-update` makes one";

    private const string Foreign = "neither apt, nor dnf, nor zypper has its settings in the /etc of this host, and of other package managers NodeGuard knows nothing";

    // openSUSE MicroOS and its descendants, SLE Micro and SL Micro.
    private static readonly string[] TransactionalIds = ["opensuse-microos", "opensuse-leap-micro", "opensuse-aeon", "opensuse-kalpa", "sle-micro", "sl-micro", "suse-microos"];

    /// <param name="commands">Runs the host's tools.</param>
    /// <param name="root">The host's /etc.</param>
    /// <param name="procRoot">The host's /proc.</param>
    /// <param name="time">The clock.</param>
    public static IPackageFamily Of(IHostCommands commands, HostRoot root, string procRoot, TimeProvider time)
    {
        HostKind kind = new HostImageReader(root, procRoot, time).ReadKind();
        // A root that the kernel verifies may have a package manager beside it all the same.
        if (kind is not (HostKind.Plain or HostKind.Verity))
            return new NoPackageFamily(HostKinds.Told(kind)!);
        if (IsTransactional(root, procRoot))
            return new NoPackageFamily(Transactional);
        // Debian has dnf and zypper, too, and Fedora has apt.
        if (root.Exists("/etc/debian_version"))
            return new AptFamily(commands, root);
        if (root.Exists("/etc/zypp"))
            return new ZypperFamily(commands, root);
        if (root.Exists("/etc/dnf"))
            return new DnfFamily(commands, root);
        // A host whose /etc is not in sight is asked, and says itself what it has not.
        return root.Exists("/etc/apt") || !root.Exists("/etc") ? new AptFamily(commands, root) : new NoPackageFamily(Foreign);
    }

    private static bool IsTransactional(HostRoot root, string procRoot)
    {
        if (Array.IndexOf(TransactionalIds, Release(root).Id) >= 0)
            return true;
        return root.Exists("/usr/sbin/transactional-update") && RootIsReadOnly(procRoot);
    }

    private static OsRelease Release(HostRoot root) =>
        root.Read("/etc/os-release") is FileText.Content content ? OsRelease.Read(content.Text)
        : root.Read("/usr/lib/os-release") is FileText.Content vendor ? OsRelease.Read(vendor.Text)
        : OsRelease.Empty;

    // Whoever may use transactional-update and runs a root that can be written need not.
    private static bool RootIsReadOnly(string procRoot)
    {
        try
        {
            return File.ReadLines($"{procRoot}/1/mounts").Any(static line => line.Split(' ') is [_, "/", _, var options, ..] && options.Split(',').Contains("ro"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>A host without packages that could change one by one: what is pending there is not known (invariant 11).</summary>
/// <param name="why">What it is instead; a phrase.</param>
public sealed class NoPackageFamily(string why) : IPackageFamily
{
    public string? Fingerprint() => null;

    public Task<PackageLook> LookAsync(CancellationToken cancellation) => Task.FromResult(new PackageLook(PendingUpdates.Unknown(why) with { Family = "none" }, null));
}
