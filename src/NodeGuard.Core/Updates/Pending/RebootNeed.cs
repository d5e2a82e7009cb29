using System.Globalization;

namespace NodeGuard.Core.Updates.Pending;

/// <summary>What the host shows of a reboot that is due. Null: could not be read.</summary>
/// <param name="Sentinel">/run/reboot-required is there.</param>
/// <param name="SentinelPackages">Lines of /run/reboot-required.pkgs.</param>
/// <param name="RunningKernel">`uname -r`.</param>
/// <param name="InstalledKernels">Releases, as `uname -r` would tell them.</param>
public sealed record RebootSigns(bool? Sentinel, IReadOnlyList<string> SentinelPackages, string? RunningKernel, IReadOnlyList<string>? InstalledKernels)
{
    /// <summary>What the host's own tool says; null where its family has none.</summary>
    public RebootAdvice? Advice { get; init; }

    /// <summary>How the releases of kernels are ordered: by rpm's rules, or else by Debian's.</summary>
    public bool KernelsAreRpm { get; init; }
}

/// <summary>The word of needs-restarting or zypper needs-rebooting.</summary>
/// <param name="Required">Null: it does not tell.</param>
/// <param name="Why">The reason, or why it does not tell; a phrase.</param>
public sealed record RebootAdvice(bool? Required, string Why);

/// <summary>Whether the host waits for a reboot, and why.</summary>
public sealed record RebootNeed(bool? Required, IReadOnlyList<string> Reasons)
{
    private const int Shown = 5;

    /// <summary>What a new userspace on the old kernel would not meet, as part of a sentence; null where nothing of that kind is known.</summary>
    public string? BeyondUserspace { get; init; }

    /// <summary>
    /// The file proves a need; its absence proves nothing, since not every distribution writes it: then the kernels decide,
    /// and where those are not known nothing is (invariant 11).
    /// </summary>
    public static RebootNeed Of(RebootSigns signs)
    {
        var reasons = new List<string>();
        if (signs.Sentinel == true)
            reasons.Add(Told(signs.SentinelPackages));
        if (signs.Advice is { Required: true } advice)
            reasons.Add(advice.Why);
        var newer = NewerKernel(signs);
        if (newer is not null)
            reasons.Add($"the kernel {newer} is installed and {signs.RunningKernel} runs");
        if (reasons.Count > 0)
            return new RebootNeed(true, reasons) { BeyondUserspace = Beyond(signs, newer) };
        // No file is written there, and a kernel is not all that wants a reboot.
        if (signs.Advice is { Required: null } unknown)
            return new RebootNeed(null, [unknown.Why]);
        if (signs.Sentinel is null)
            return new RebootNeed(null, ["whether /run/reboot-required is there is not known"]);
        var kernelsKnown = signs.RunningKernel is { } running && signs.InstalledKernels?.Contains(running) == true;
        return kernelsKnown ? new RebootNeed(false, []) : new RebootNeed(null, ["which kernels are installed is not known, and no file asks for a reboot"]);
    }

    /// <summary>The releases in names of packages: linux-image-6.1.0-20-amd64, also -unsigned-; metapackages have none.</summary>
    public static IReadOnlyList<string> KernelsIn(IEnumerable<string> packages) =>
    [
        .. packages.Where(name => name.StartsWith("linux-image-", StringComparison.Ordinal))
            .Select(name => name["linux-image-".Length..])
            .Select(name => name.StartsWith("unsigned-", StringComparison.Ordinal) ? name["unsigned-".Length..] : name)
            .Where(name => name.Length > 0 && char.IsAsciiDigit(name[0]) && !name.EndsWith("-dbg", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal),
    ];

    // Who asks without a name may mean the kernel.
    private static string? Beyond(RebootSigns signs, string? newer)
    {
        if (newer is not null)
            return $"the kernel {newer} is installed and {signs.RunningKernel} runs";
        if (signs.Advice is { Required: true } advice)
            return advice.Why;
        if (signs.Sentinel != true)
            return null;
        if (signs.SentinelPackages.Count == 0)
            return "/run/reboot-required is there and does not say what for";
        return signs.SentinelPackages.FirstOrDefault(IsBelowUserspace) is { } package ? $"/run/reboot-required names {ParseProblems.Shown(package)}" : null;
    }

    // Kernels, their firmware and the microcode of processors, by the names that distributions give them.
    private static bool IsBelowUserspace(string package) =>
        package.StartsWith("linux-", StringComparison.Ordinal) || package.StartsWith("kernel", StringComparison.Ordinal)
        || package.Contains("firmware", StringComparison.Ordinal) || package.Contains("microcode", StringComparison.Ordinal);

    // Only kernels of one flavour stand in for each other: 6.1.0-20-cloud-amd64 is no successor of 6.1.0-18-amd64.
    private static string? NewerKernel(RebootSigns signs)
    {
        if (signs.RunningKernel is not { } running || signs.InstalledKernels is not { } installed)
            return null;
        var flavour = Flavour(running);
        var newest = installed.Where(release => Flavour(release) == flavour)
            .Aggregate(running, (best, release) => Compare(release, best) > 0 ? release : best);
        return newest == running ? null : newest;

        int Compare(string left, string right) => signs.KernelsAreRpm ? RpmVersion.Compare(left, right) : DebianVersion.Compare(left, right);
    }

    // What follows the last part that begins with a digit: "amd64", "cloud-amd64", "generic", "azure"; of rpm also "+64k".
    private static string Flavour(string release)
    {
        if (release.IndexOf('+', StringComparison.Ordinal) is var plus and > 0)
            return release[plus..];
        var parts = release.Split('-');
        var last = Array.FindLastIndex(parts, part => part.Length > 0 && char.IsAsciiDigit(part[0]));
        return string.Join('-', parts[(last + 1)..]);
    }

    private static string Told(IReadOnlyList<string> packages)
    {
        string[] names = [.. packages.Where(name => PackageName.IsGood(name)).Distinct(StringComparer.Ordinal)];
        if (names.Length == 0)
            return "/run/reboot-required is there";
        var more = names.Length > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {names.Length - Shown} more") : "";
        return $"/run/reboot-required names {string.Join(", ", names.Take(Shown))}{more}";
    }
}
