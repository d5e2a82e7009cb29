namespace NodeGuard.Core.Updates.Apt;

/// <summary>Where a version comes from, by the Release file of that list. Empty where the list has none.</summary>
public sealed record ReleaseOrigin
{
    public string Origin { get; init; } = "";

    public string Label { get; init; } = "";

    /// <summary>apt's word for Suite.</summary>
    public string Archive { get; init; } = "";

    public string Codename { get; init; } = "";

    public string Component { get; init; } = "";

    /// <summary>The host of the archive; empty for files of this host.</summary>
    public string Site { get; init; } = "";

    /// <summary>dpkg's own database, which offers nothing.</summary>
    public bool IsInstalled => Archive == "now" && Site.Length == 0;

    /// <summary>
    /// Debian labels its security archive, Ubuntu names the suite so, and ESM is security only. A third party's word for its
    /// own suites counts as well: who trusts the archive trusts its name.
    /// </summary>
    public bool IsSecurity =>
        Label.EndsWith("-Security", StringComparison.OrdinalIgnoreCase)
        || Archive.EndsWith("-security", StringComparison.OrdinalIgnoreCase)
        || Codename.EndsWith("-security", StringComparison.OrdinalIgnoreCase)
        || Codename.EndsWith("/updates", StringComparison.Ordinal);

    /// <summary>For people: "Debian-Security stable-security".</summary>
    public override string ToString() =>
        string.Join(' ', new[] { Label.Length > 0 ? Label : Origin.Length > 0 ? Origin : Site, Archive.Length > 0 ? Archive : Codename }.Where(part => part.Length > 0));
}

/// <summary>A version in `apt-cache policy NAME`.</summary>
/// <param name="Sources">As written there: "http://deb.debian.org/debian bookworm/main amd64 Packages".</param>
/// <param name="PhasedPercentage">Null for a version that everybody gets.</param>
public sealed record PolicyVersion(string Version, int Priority, int? PhasedPercentage, IReadOnlyList<string> Sources);

/// <summary>One package in `apt-cache policy NAME`. Installed and Candidate are null for "(none)".</summary>
public sealed record PolicyPackage(string Name, string? Architecture, string? Installed, string? Candidate, IReadOnlyList<PolicyVersion> Versions);

/// <summary>`apt-cache policy` without names: the lists by their description, and the packages that preferences name.</summary>
public sealed record PolicySources(IReadOnlyDictionary<string, ReleaseOrigin> Origins, IReadOnlyList<string> Pinned, IReadOnlyList<string> Problems);

/// <summary>`apt-cache policy NAME…`.</summary>
public sealed record PolicyPackages(IReadOnlyList<PolicyPackage> Packages, IReadOnlyList<string> Problems);
