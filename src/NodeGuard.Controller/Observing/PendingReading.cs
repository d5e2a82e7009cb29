using System.Security.Cryptography;
using System.Text;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Observing;

/// <summary>Packages as objects of the API tell them.</summary>
internal static class PendingReading
{
    /// <summary>Null while the agent has not told, or does not know.</summary>
    public static PendingSet? Of(NodeUpdatesStatus? updates, StringPool pool)
    {
        if (updates?.Pending is null)
            return null;
        var all = new List<PackageVersion>(updates.Packages?.Count ?? 0);
        var security = new List<PackageVersion>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (PackageVersionText package in updates.Packages ?? [])
        {
            if (package is not { Name: { Length: > 0 } name, Version: { Length: > 0 } version })
                continue;
            var read = new PackageVersion(pool.Share(name), pool.Share(version));
            all.Add(read);
            if (package.Security == true)
                security.Add(read);
            // Neither a name nor a version holds a line's end.
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{version}\n{package.Security == true}\n"));
        }

        return new PendingSet(pool.Share(Convert.ToHexStringLower(hash.GetHashAndReset())), all, security);
    }

    public static IReadOnlyList<PackageVersion> Read(List<PackageVersionText>? packages) =>
        [.. (packages ?? []).Where(static package => package is { Name.Length: > 0, Version.Length: > 0 }).Select(static package => new PackageVersion(package.Name!, package.Version!))];

    public static List<PackageVersionText> Write(IEnumerable<PackageVersion> packages) =>
        [.. packages.Select(static package => new PackageVersionText { Name = package.Name, Version = package.Version })];
}
