using System.Globalization;
using NodeGuard.Core.Updates.Apt;
using NodeGuard.Core.Updates.Dpkg;

namespace NodeGuard.Core.Updates.Pending;

/// <summary>Puts the answers of apt and dpkg together: what is pending, what keeps back, from where. Holds invariant 11.</summary>
public static class AptPending
{
    private const string NoLists = "apt has no lists of packages on this host, and finds nothing pending therefore; fetch them with apt-get update";

    /// <summary>The names that `apt-cache policy` is to be asked for.</summary>
    public static IReadOnlyList<string> NamesToAsk(AptSimulation? upgrade, AptSimulation? distUpgrade, PolicySources? sources) =>
    [
        .. new[] { upgrade, distUpgrade }.OfType<AptSimulation>()
            .SelectMany(simulation => simulation.Installs.Select(install => install.Name + (install.Architecture == "all" ? "" : ":" + install.Architecture))
                .Concat(simulation.KeptBack).Concat(simulation.Phased))
            .Concat(sources?.Pinned ?? [])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    public static PendingUpdates Of(AptAnswers answers)
    {
        List<string> problems =
        [
            .. answers.Problems, .. answers.Dpkg?.Problems ?? [], .. answers.Upgrade?.Problems ?? [], .. answers.DistUpgrade?.Problems ?? [],
            .. answers.Policy?.Problems ?? [], .. answers.Sources?.Problems ?? [], .. answers.Unattended?.Problems ?? [],
        ];
        var pending = new PendingUpdates
        {
            Family = "apt",
            Interrupted = Interrupted(answers),
            HalfDone = [.. (answers.Dpkg?.Packages ?? []).Where(static package => package.IsHalfDone).Select(static package => package.Name).Distinct(StringComparer.Ordinal)],
            ListsFrom = answers.ListsFrom,
            Problems = [.. problems.Distinct()],
        };
        // A list that is not whole is not a list: what is missing in it would read as up to date.
        if (answers is not { Upgrade: { Problems.Count: 0 } upgrade, Policy: { Problems.Count: 0 } policy, Sources: { } sources, Dpkg: { } dpkg })
            return pending;
        if (sources.Origins.Values.All(origin => origin.IsInstalled))
            return pending with { Problems = [.. pending.Problems, NoLists] };
        var pass = new Pass(upgrade, answers.DistUpgrade is { Problems.Count: 0 } whole ? whole : null, policy, sources, dpkg, answers.Unattended);
        return pending with { Packages = pass.Packages() };
    }

    private static string? Interrupted(AptAnswers answers)
    {
        string[] half = [.. (answers.Dpkg?.Packages ?? []).Where(package => package.IsHalfDone).Select(package => $"{package.Name} is {Word(package)}")];
        if (half.Length > 0)
        {
            var more = half.Length > 3 ? string.Create(CultureInfo.InvariantCulture, $" and {half.Length - 3} more") : "";
            return $"dpkg broke off: {string.Join(", ", half.Take(3))}{more}; repair it with dpkg --configure -a";
        }

        return answers.JournalLeft ? "dpkg was killed and left its journal in /var/lib/dpkg/updates; repair it with dpkg --configure -a" : null;
    }

    private static string Word(InstalledPackage package) => package.NeedsReinstall ? "to be reinstalled" : package.State switch
    {
        PackageState.HalfInstalled => "half installed",
        PackageState.Unpacked => "unpacked but not configured",
        PackageState.HalfConfigured => "half configured",
        _ => "waiting for triggers",
    };

    private sealed class Pass(
        AptSimulation upgrade, AptSimulation? distUpgrade, PolicyPackages policy, PolicySources sources, DpkgStatus dpkg, UnattendedRules? unattended)
    {
        private readonly Dictionary<string, PolicyPackage> _policy = ByName(policy);

        public IReadOnlyList<PendingPackage> Packages()
        {
            List<PendingPackage> all = [.. upgrade.Installs.Select(Upgraded)];
            all.AddRange(upgrade.KeptBack.Select(KeptBack).OfType<PendingPackage>());
            all.AddRange(upgrade.Phased.Select(name => Waiting(name, KeptBackReason.Phased, "the archive gives it to a part of all hosts first")).OfType<PendingPackage>());
            all.AddRange(sources.Pinned.Where(name => !all.Exists(package => IsNamed(package, name))).Select(Pinned).OfType<PendingPackage>());
            return [.. all.OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Architecture, StringComparer.Ordinal)];
        }

        private PendingPackage Upgraded(SimulatedInstall install)
        {
            var found = Find(install.Name, install.Architecture);
            return Describe(new PendingPackage
            {
                Name = install.Name,
                Architecture = install.Architecture,
                Installed = install.Installed,
                Candidate = install.Candidate,
                Origins = [],
                Security = false,
                KeptBack = KeptBackReason.None,
                Downgrade = install.Installed is { } old && DebianVersion.Compare(install.Candidate, old) < 0,
            }, found);
        }

        private PendingPackage? KeptBack(string name)
        {
            if (IsHeld(name))
                return Waiting(name, KeptBackReason.Held, $"it is on hold; lift that with apt-mark unhold {name}");
            if (Candidate(name) is { PhasedPercentage: < 100 and { } percentage })
                return Waiting(name, KeptBackReason.Phased, string.Create(CultureInfo.InvariantCulture, $"the archive gives it to {percentage} % of all hosts so far"));
            var (simple, _) = PackageName.Split(name);
            if (distUpgrade is null)
                return Waiting(name, KeptBackReason.Blocked, "apt-get keeps it back, and what dist-upgrade would do is not known");
            if (!distUpgrade.Installs.Any(install => install.Name == simple))
                return Waiting(name, KeptBackReason.Blocked, "something that it depends on is not to be had");
            string[] added = [.. distUpgrade.Installs.Where(install => install.Installed is null).Select(install => install.Name)];
            var needs = added.Length > 0 ? $"installing {Some(added)}" : "";
            var removes = distUpgrade.Removals.Count > 0 ? $"removing {Some(distUpgrade.Removals)}" : "";
            var changes = string.Join(" and ", new[] { needs, removes }.Where(part => part.Length > 0));
            return Waiting(name, KeptBackReason.NeedsChanges, changes.Length > 0
                ? $"it comes only with a dist-upgrade, which means {changes}"
                : "it comes only with a dist-upgrade");
        }

        // A pin to the installed version: policy knows a newer one, and apt does not want it.
        private PendingPackage? Pinned(string name)
        {
            if (Find(name) is not { Installed: { } installed } found || found.Candidate != installed)
                return null;
            var newest = found.Versions.Where(version => Offered(version).Any()).Select(version => version.Version).Append(installed)
                .Aggregate((best, version) => DebianVersion.Compare(version, best) > 0 ? version : best);
            return newest == installed ? null : Waiting(name, KeptBackReason.Pinned, $"preferences prefer {installed}", newest);
        }

        private PendingPackage? Waiting(string name, KeptBackReason reason, string why, string? version = null)
        {
            var (simple, architecture) = PackageName.Split(name);
            var found = Find(name);
            var installed = dpkg.Packages.FirstOrDefault(package => package.Name == simple && (architecture is null || package.Architecture == architecture) && package.State == PackageState.Installed);
            return Describe(new PendingPackage
            {
                Name = simple,
                Architecture = architecture ?? installed?.Architecture ?? "all",
                Installed = found?.Installed ?? installed?.Version,
                Candidate = version ?? found?.Candidate ?? "",
                Origins = [],
                Security = false,
                KeptBack = reason,
                Why = why,
            }, found);
        }

        private PendingPackage Describe(PendingPackage package, PolicyPackage? found)
        {
            if (found is null)
                return package;
            var candidate = found.Versions.FirstOrDefault(version => version.Version == package.Candidate);
            List<ReleaseOrigin> origins = candidate is null ? [] : [.. Offered(candidate)];
            return package with
            {
                Origins = [.. origins.Select(origin => origin.ToString()).Where(text => text.Length > 0).Distinct()],
                Security = found.Versions.Any(version => IsBetween(version.Version, package) && Offered(version).Any(origin => origin.IsSecurity)),
                PhasedPercentage = candidate?.PhasedPercentage is < 100 ? candidate.PhasedPercentage : null,
                Unattended = IsUnattended(package, found),
            };
        }

        private static bool IsBetween(string version, PendingPackage package) =>
            DebianVersion.Compare(version, package.Candidate) <= 0
            && (package.Installed is null || DebianVersion.Compare(version, package.Installed) > 0);

        // It takes the newest version from an archive that it may use, be another one the candidate or not.
        private bool? IsUnattended(PendingPackage package, PolicyPackage found)
        {
            if (unattended is null)
                return null;
            if (!found.Versions.Any(version => IsBetween(version.Version, package) && Offered(version).Any(unattended.Allows)) || unattended.IsBlacklisted(package.Name) || package.Downgrade)
                return false;
            if (package.Installed is null ? !unattended.MayComeAlong(package.Name) : !unattended.IsWhitelisted(package.Name))
                return false;
            return package.KeptBack switch
            {
                // unattended-upgrades of Debian 12 and 13 does not look at phases.
                KeptBackReason.None or KeptBackReason.Phased => true,
                KeptBackReason.NeedsChanges => AllowsChanges(),
                _ => false,
            };
        }

        // unattended-upgrades installs what is new and allowed along with a package, and removes nothing for it.
        private bool AllowsChanges() =>
            distUpgrade is { Removals.Count: 0 } && distUpgrade.Installs.Where(install => install.Installed is null).All(install =>
                unattended!.MayComeAlong(install.Name) && !unattended.IsBlacklisted(install.Name)
                && Find(install.Name, install.Architecture) is { } found
                && found.Versions.FirstOrDefault(version => version.Version == install.Candidate) is { } version
                && Offered(version).Any(unattended.Allows));

        private IEnumerable<ReleaseOrigin> Offered(PolicyVersion version) =>
            version.Sources.Select(source => sources.Origins.GetValueOrDefault(source)).OfType<ReleaseOrigin>().Where(origin => !origin.IsInstalled);

        private PolicyVersion? Candidate(string name) =>
            Find(name) is { } found ? found.Versions.FirstOrDefault(version => version.Version == found.Candidate) : null;

        private bool IsHeld(string name)
        {
            var (simple, architecture) = PackageName.Split(name);
            return dpkg.Packages.Any(package => package.Name == simple && package.Wish == PackageWish.Hold && (architecture is null || package.Architecture == architecture));
        }

        private PolicyPackage? Find(string name, string? architecture = null) =>
            (architecture is null ? null : _policy.GetValueOrDefault($"{name}:{architecture}")) ?? _policy.GetValueOrDefault(name);

        private static bool IsNamed(PendingPackage package, string name) => package.Name == name || $"{package.Name}:{package.Architecture}" == name;

        private static Dictionary<string, PolicyPackage> ByName(PolicyPackages policy)
        {
            var names = new Dictionary<string, PolicyPackage>(StringComparer.Ordinal);
            foreach (var package in policy.Packages)
                names[package.Architecture is null ? package.Name : $"{package.Name}:{package.Architecture}"] = package;
            return names;
        }

        private static string Some(IReadOnlyList<string> names) => names.Count <= 3
            ? string.Join(", ", names)
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", names.Take(3))} and {names.Count - 3} more");
    }
}
