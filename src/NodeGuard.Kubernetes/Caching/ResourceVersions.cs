using System.Globalization;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>
/// The order of resourceVersions. Kubernetes 1.35 made it part of the API (decimal numbers, larger is newer); every server
/// on etcd had it before. A version that is not a decimal number has no order: nothing is older or newer than it.
/// </summary>
internal static class ResourceVersions
{
    /// <summary>What a version that cannot be ordered counts as.</summary>
    public const ulong Unordered = 0;

    public static ulong Number(string? version) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : Unordered;

    /// <summary>False too when the two have no order.</summary>
    public static bool IsOlder(string? version, string? than)
    {
        ulong left = Number(version);
        ulong right = Number(than);
        return left != Unordered && right != Unordered && left < right;
    }
}
