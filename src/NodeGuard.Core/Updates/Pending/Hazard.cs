using System.Globalization;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Core.Updates.Pending;

public enum HazardState
{
    Unknown,

    None,

    /// <summary>What is pending restarts networkd, and that start would delete foreign objects that are here.</summary>
    Hazard,
}

/// <param name="Reason">One sentence, for people.</param>
/// <param name="Packages">Those whose installation restarts networkd.</param>
public sealed record Hazard(HazardState State, string Reason, IReadOnlyList<string> Packages);

/// <summary>Whether the next update would cut this node off. Holds invariant 11.</summary>
public static class HazardDecision
{
    // Debian's and Ubuntu's postinst of systemd tries to restart networkd by systemctl, past policy-rc.d; the packages of
    // Fedora (systemd-networkd) and SUSE (systemd-network) do it in %postun. Nothing lists this in a way that a program could read.
    private static readonly string[] Restarting = ["systemd", "systemd-networkd", "systemd-network"];

    // What networkd of Debian 11 to 13 and Ubuntu 20.04 to 26.04 maps, and by their names what it is on Fedora; "t64" and numbers follow.
    private static readonly string[] Libraries =
    [
        "libc6", "libsystemd-shared", "libsystemd0", "libssl", "libcrypt", "libmount", "libblkid", "libseccomp", "libselinux", "libcap2",
        "liblzma", "libzstd", "liblz4", "libgcrypt", "libgpg-error", "libacl", "libaudit", "libpam0g", "libkmod", "libip4tc", "libpcre",
        "libxxhash", "libgcc-s1", "libapparmor", "libcrypto",
        "glibc", "systemd-libs", "systemd-shared", "openssl-libs", "libxcrypt", "libcap", "xz-libs", "lz4-libs", "audit-libs", "pam-libs", "kmod-libs", "libgcc", "libopenssl",
    ];

    /// <param name="pending">What is pending.</param>
    /// <param name="host">What a start of networkd would do here; null when it is not known.</param>
    public static Hazard Of(PendingUpdates pending, DoctorInput? host)
    {
        if (host is null)
            return Unknown("what a start of systemd-networkd would delete on this host is not known");
        var diagnosis = Doctor.Examine(host);
        if (diagnosis.Overall == Verdict.Ok)
            return new Hazard(HazardState.None, "A restart of systemd-networkd would delete nothing foreign here.", Restarters(pending, host));
        if (host.Foreign is { Total: 0 })
            return new Hazard(HazardState.None, "Nothing foreign is on this host that a restart of systemd-networkd could delete.", Restarters(pending, host));
        if (pending.Packages is null)
            return Unknown("what is pending could not be told" + (pending.Problems is [var first, ..] ? $": {first}" : ""));

        var packages = Restarters(pending, host);
        if (packages.Count == 0)
        {
            return host.Needrestart == NeedrestartState.Unknown && pending.Packages.Any(IsLibrary)
                ? Unknown("libraries are pending, and whether needrestart would restart systemd-networkd for them is not known")
                : new Hazard(HazardState.None, "Nothing pending restarts systemd-networkd.", []);
        }

        var subject = string.Join(", ", packages.Take(3)) + (packages.Count > 3 ? string.Create(CultureInfo.InvariantCulture, $" and {packages.Count - 3} more") : "");
        if (diagnosis.Overall == Verdict.Unknown || host.Foreign is not { } foreign)
            return new Hazard(HazardState.Unknown, $"Updating {subject} restarts systemd-networkd, and whether that deletes what this node needs could not be told.", packages);
        var exposed = Exposed(foreign, diagnosis);
        return exposed.Count == 0
            ? new Hazard(HazardState.None, "Nothing of the kinds that a restart of systemd-networkd would delete is on this host.", packages)
            : new Hazard(HazardState.Hazard, $"Updating {subject} restarts systemd-networkd, which would delete {Listed(exposed)}.", packages);
    }

    private static Hazard Unknown(string why) => new(HazardState.Unknown, char.ToUpperInvariant(why[0]) + why[1..] + ".", []);

    private static IReadOnlyList<string> Restarters(PendingUpdates pending, DoctorInput host) =>
    [
        .. (pending.Packages ?? []).Where(package => package.Installed is not null && package.KeptBack is not (KeptBackReason.Pinned or KeptBackReason.Held))
            .Where(package => Restarting.Contains(package.Name) || (host.Needrestart == NeedrestartState.MayRestart && IsLibrary(package)))
            .Select(package => package.Name)
            // Whoever configures what was unpacked runs its script, and apt's hooks do not.
            .Concat(pending.HalfDone.Where(Restarting.Contains)).Distinct(StringComparer.Ordinal),
    ];

    private static bool IsLibrary(PendingPackage package) =>
        Array.Exists(Libraries, name => package.Name.StartsWith(name, StringComparison.Ordinal)
            && package.Name.AsSpan(name.Length).TrimStart("0123456789.-").TrimStart("t64").IsEmpty);

    // Of the kinds that are exposed those that are here.
    private static List<string> Exposed(ForeignCounts foreign, Diagnosis diagnosis)
    {
        bool Is(string id) => diagnosis.Findings.Any(finding => finding is { Decides: true, Verdict: Verdict.Exposed } && finding.Id.StartsWith(id, StringComparison.Ordinal));
        var link = Is("link/") || Is("lifetimes");
        List<string> kinds = [];
        void Add(bool exposed, int count, string one, string many)
        {
            if (exposed && count > 0)
                kinds.Add(string.Create(CultureInfo.InvariantCulture, $"{count} foreign {(count == 1 ? one : many)}"));
        }

        Add(Is("rules"), foreign.Rules, "rule", "rules");
        Add(Is("routes") || link, foreign.Routes, "route", "routes");
        Add(Is("nexthops") || link, foreign.Nexthops, "nexthop", "nexthops");
        Add(link, foreign.Addresses, "address", "addresses");
        return kinds;
    }

    private static string Listed(List<string> parts) =>
        parts.Count == 1 ? parts[0] : string.Join(", ", parts[..^1]) + " and " + parts[^1];
}
