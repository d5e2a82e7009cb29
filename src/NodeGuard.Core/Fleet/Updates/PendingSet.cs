using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Core.Fleet.Updates;

/// <summary>A package in one version.</summary>
/// <param name="Name">With its architecture, as in bash:amd64.</param>
public readonly record struct PackageVersion(string Name, string Version)
{
    public override string ToString() => $"{Name} {Version}";

    /// <summary>A few by name, and how many there are more.</summary>
    public static string Listed(IReadOnlyList<PackageVersion> packages)
    {
        const int Shown = 5;
        string more = packages.Count > Shown ? $" and {packages.Count - Shown} more" : string.Empty;
        return string.Join(", ", packages.Take(Shown)) + more;
    }
}

/// <summary>The packages that are to change on a node. Nodes of one image mostly have equal ones.</summary>
/// <param name="Key">The same for equal sets, and for no others.</param>
/// <param name="All">In the agent's order.</param>
/// <param name="Security">Those of them that are in a security archive.</param>
public sealed record PendingSet(string Key, IReadOnlyList<PackageVersion> All, IReadOnlyList<PackageVersion> Security)
{
    public IReadOnlyList<PackageVersion> Of(UpdateScope scope) => scope == UpdateScope.All ? All : Security;
}

/// <summary>A node on which an update has succeeded, and has been followed by proof that the node is well.</summary>
public sealed record UpdatedNode(string NodeUid, string Policy, DateTimeOffset At, IReadOnlyList<PackageVersion> Packages);

/// <summary>A version that hurt a node, and is brought to no other one until a person lifts the freeze that followed.</summary>
/// <param name="Because">The recycle that failed, as part of a sentence.</param>
public sealed record HaltedVersion(PackageVersion Package, string Because);
