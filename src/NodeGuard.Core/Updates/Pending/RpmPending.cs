using System.Globalization;
using NodeGuard.Core.Updates.Rpm;

namespace NodeGuard.Core.Updates.Pending;

/// <summary>Puts the answers of rpm and of dnf or zypper together, as <see cref="AptPending"/> does for apt. Holds invariant 11.</summary>
public static class RpmPending
{
    public static PendingUpdates Of(RpmAnswers answers)
    {
        List<string> problems =
        [
            .. answers.Problems, .. answers.RepositoryProblems, .. answers.Installed?.Problems ?? [], .. answers.Several?.Problems ?? [],
            .. answers.Upgrade?.Problems ?? [], .. answers.Newer?.Problems ?? [], .. answers.Offered?.Problems ?? [], .. answers.Security?.Problems ?? [],
        ];
        var pending = new PendingUpdates { Family = "rpm", Interrupted = Interrupted(answers), ListsFrom = answers.ListsFrom, Problems = [.. problems.Distinct()] };
        // A list that is not whole is not a list: what is missing in it would read as up to date.
        return answers is
        {
            RepositoryProblems.Count: 0, Installed: { Problems.Count: 0 } installed, Upgrade: { Problems.Count: 0 } upgrade,
            Newer: { Problems.Count: 0 } newer, Offered: { Problems.Count: 0 } offered, Security: { Problems.Count: 0 } security, Locks: { } locks,
        }
            ? pending with { Packages = new Pass(answers, installed, upgrade, newer, offered, security, locks).Packages() }
            : pending;
    }

    /// <summary>
    /// rpm puts the new version in before it takes the old one out: one that was killed leaves both. Null also where that
    /// cannot be told; then the packages are not known either, or rpm said why.
    /// </summary>
    private static string? Interrupted(RpmAnswers answers)
    {
        if (answers is not { Installed: { } installed, Several: { Problems.Count: 0 } several })
            return null;
        string[] twice =
        [
            .. installed.Packages.Where(package => !several.Names.Contains(package.Name))
                .GroupBy(package => (package.Name, package.Architecture)).Where(versions => versions.Count() > 1)
                .Select(versions => $"{versions.Key.Name} as {string.Join(" and ", versions.Select(package => package.Version).Order(StringComparer.Ordinal))}"),
        ];
        if (twice.Length == 0)
            return null;
        var more = twice.Length > 3 ? string.Create(CultureInfo.InvariantCulture, $" and {twice.Length - 3} more") : "";
        return $"rpm broke off: installed twice {(twice.Length == 1 ? "is" : "are")} {string.Join(", ", twice.Take(3))}{more}; bring the update to its end, and remove the older of each with rpm -e";
    }

    private sealed class Pass(
        RpmAnswers answers, RpmPackages installed, RpmTransaction upgrade, RpmPackages newer, RpmPackages offered, RpmPackages security, RpmLocks locks)
    {
        private readonly ILookup<string, RpmPackage> _installed = installed.Packages.ToLookup(package => package.Name, StringComparer.Ordinal);
        private readonly ILookup<string, RpmPackage> _security = security.Packages.ToLookup(package => package.Name, StringComparer.Ordinal);

        public IReadOnlyList<PendingPackage> Packages()
        {
            var coming = upgrade.Coming.Select(package => (package.Name, package.Architecture)).ToHashSet();
            var going = upgrade.Going.ToHashSet(StringComparer.Ordinal);
            List<PendingPackage> all = [.. upgrade.Coming.Select(package => Describe(package, KeptBackReason.None, null))];
            all.AddRange(newer.Packages.Where(package => !coming.Contains((package.Name, package.Architecture)) && !(going.Contains(package.Name) && !coming.Any(other => other.Name == package.Name)))
                .Select(Waiting));
            return [.. all.OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Architecture, StringComparer.Ordinal)];
        }

        private PendingPackage Waiting(RpmPackage package)
        {
            if (locks.Hold(package.Name))
                return Describe(package, KeptBackReason.Held, $"it is locked; lift that with {answers.Unlock} {package.Name}");
            if (!offered.Packages.Any(other => other.Name == package.Name && other.Architecture == package.Architecture))
                return Describe(package, KeptBackReason.Pinned, $"{answers.Tool}'s configuration excludes it");
            return Describe(package, KeptBackReason.Blocked, upgrade.Skipped.Any(other => other.Name == package.Name)
                ? $"{answers.Tool} leaves it out: something that it needs is not to be had, or is in its way"
                : $"{answers.Tool} would not install it with an upgrade, and does not say why");
        }

        private PendingPackage Describe(RpmPackage package, KeptBackReason reason, string? why)
        {
            var old = Old(package);
            return new PendingPackage
            {
                Name = package.Name,
                Architecture = package.Architecture,
                Installed = old,
                Candidate = package.Version,
                Origins = package.Repository is { Length: > 0 } repository ? [repository] : [],
                Security = _security[package.Name].Any(fix => fix.Architecture == package.Architecture
                    && RpmVersion.Compare(fix.Version, package.Version) <= 0 && (old is null || RpmVersion.Compare(fix.Version, old) > 0)),
                KeptBack = reason,
                Why = why,
                Downgrade = old is not null && RpmVersion.Compare(package.Version, old) < 0,
            };
        }

        // Of several kernels the newest. A package may become one of another architecture, noarch for the most part.
        private string? Old(RpmPackage package)
        {
            var same = _installed[package.Name].Where(other => other.Architecture == package.Architecture).ToList();
            if (same.Count == 0)
                same = [.. _installed[package.Name]];
            return same.Count == 0 ? null : same.Select(other => other.Version).Aggregate((best, version) => RpmVersion.Compare(version, best) > 0 ? version : best);
        }
    }
}
