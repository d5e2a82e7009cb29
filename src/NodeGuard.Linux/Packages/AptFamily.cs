using System.Globalization;
using System.Text;
using NodeGuard.Core.Updates.Apt;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages;

/// <summary>Debian, Ubuntu and what comes of them: apt and dpkg answer themselves.</summary>
/// <param name="commands">Runs the host's tools.</param>
/// <param name="root">The host's /etc, and where it is mounted here its /var/lib/dpkg and /var/lib/apt.</param>
public sealed class AptFamily(IHostCommands commands, HostRoot root) : IPackageFamily
{
    // A name is at most some 60 bytes, and the kernel takes 2 MiB of arguments.
    private const int MaxNames = 5000;
    private const string Lists = "/var/lib/apt/lists";
    private const string Journal = "/var/lib/dpkg/updates";

    private static readonly string[] Watched =
    [
        "/var/lib/dpkg/status", Journal, Lists, Lists + "/partial", "/var/lib/apt/extended_states",
        "/etc/apt", "/etc/apt/apt.conf", "/etc/apt/apt.conf.d", "/etc/apt/preferences", "/etc/apt/preferences.d", "/etc/apt/sources.list", "/etc/apt/sources.list.d",
    ];

    // apt would write its cache anew where it is old: some 40 MB on a host of Debian that only looks.
    private static readonly string[] WithoutCache = ["-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="];

    // A host may have set it quieter: then the count is missing.
    private static readonly string[] Simulate = ["-s", "-V", "-o", "quiet=1", "-o", "Debug::NoLocking=1", .. WithoutCache];

    public string? Fingerprint()
    {
        // Without dpkg's own database in sight most changes would be missed.
        if (!File.Exists(root.Map(Watched[0])))
            return null;
        return HostFiles.Print(
            root, [.. Watched, .. HostFiles.In(root, "/etc/apt/apt.conf.d"), .. HostFiles.In(root, "/etc/apt/preferences.d"), .. HostFiles.In(root, "/etc/apt/sources.list.d")]);
    }

    public async Task<PackageLook> LookAsync(CancellationToken cancellation)
    {
        var questions = new HostQuestions(commands, Reason);
        DpkgStatus? dpkg = await questions.AskAsync("dpkg", DpkgQuery.Program, DpkgQuery.Arguments, cancellation) is { } status
            ? DpkgStatusReader.Read(status)
            : null;
        var answers = new AptAnswers { Dpkg = dpkg, JournalLeft = HostFiles.In(root, Journal).Count > 0, ListsFrom = ListsFrom(), Problems = questions.Problems };
        // Without these two the others would tell nothing.
        if (dpkg is not null && await SimulateAsync("upgrade", questions, cancellation) is { } upgrade)
            answers = await AskMoreAsync(answers with { Upgrade = upgrade }, questions, cancellation);
        return new PackageLook(
            AptPending.Of(answers),
            dpkg is null ? null : RebootNeed.KernelsIn(dpkg.Packages.Where(package => package.State == PackageState.Installed).Select(package => package.Name)));
    }

    /// <summary>Those that were installed because others need them, as apt-mark names them; null when it does not tell.</summary>
    /// <param name="commands">Runs the host's tools.</param>
    /// <param name="names">"name:architecture".</param>
    /// <param name="cancellation">Of the caller.</param>
    public static async Task<IReadOnlySet<string>?> AutomaticAsync(IHostCommands commands, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        // Without a name it would tell all.
        if (names.Count == 0)
            return new HashSet<string>();
        return await commands.RunAsync(new HostCommand("apt-mark", "/usr/bin/apt-mark", [.. WithoutCache, "showauto", "--", .. names]), cancellation) is HostCommandAnswer.Ended { ExitStatus: 0 } ended
            ? Encoding.UTF8.GetString(ended.Output).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal)
            : null;
    }

    private async Task<AptAnswers> AskMoreAsync(AptAnswers answers, HostQuestions questions, CancellationToken cancellation)
    {
        AptSimulation? distUpgrade = await SimulateAsync("dist-upgrade", questions, cancellation);
        PolicySources? sources = await questions.AskTextAsync("apt-sources", "/usr/bin/apt-cache", [.. WithoutCache, "policy"], cancellation) is { } lists
            ? AptPolicyReader.ReadSources(lists)
            : null;
        return answers with
        {
            DistUpgrade = distUpgrade,
            Sources = sources,
            Policy = await PolicyAsync(AptPending.NamesToAsk(answers.Upgrade, distUpgrade, sources), questions, cancellation),
            Unattended = await RulesAsync(questions, cancellation),
        };
    }

    private static async Task<AptSimulation?> SimulateAsync(string what, HostQuestions questions, CancellationToken cancellation) =>
        await questions.AskTextAsync($"apt-{what}", "/usr/bin/apt-get", [.. Simulate, what], cancellation) is { } answer ? AptSimulationReader.Read(answer) : null;

    private static async Task<PolicyPackages?> PolicyAsync(IReadOnlyList<string> names, HostQuestions questions, CancellationToken cancellation)
    {
        // Without a name the answer would be another.
        if (names.Count == 0)
            return new PolicyPackages([], []);
        if (names.Count > MaxNames)
        {
            questions.Add(string.Create(CultureInfo.InvariantCulture, $"{names.Count} packages are pending; more than {MaxNames} are not asked for"));
            return null;
        }

        return await questions.AskTextAsync("apt-policy", "/usr/bin/apt-cache", [.. WithoutCache, "policy", "--", .. names], cancellation) is { } answer ? AptPolicyReader.ReadPackages(answer) : null;
    }

    private async Task<UnattendedRules?> RulesAsync(HostQuestions questions, CancellationToken cancellation)
    {
        if (await questions.AskTextAsync("apt-config", "/usr/bin/apt-config", ["dump"], cancellation) is not { } dump)
            return null;
        string release = root.Read("/etc/os-release") is FileText.Content content ? content.Text
            : root.Read("/usr/lib/os-release") is FileText.Content vendor ? vendor.Text : "";
        return UnattendedRules.From(AptConfig.Read(dump), OsIdentity.FromOsRelease(release));
    }

    // apt puts its warnings in front.
    private static string Reason(string complaint) => complaint.IndexOf("E: ", StringComparison.Ordinal) is var error and > 0 ? complaint[error..] : complaint;

    private DateTimeOffset? ListsFrom()
    {
        var stamp = new FileInfo(root.Map("/var/lib/apt/periodic/update-success-stamp"));
        if (stamp.Exists)
            return stamp.LastWriteTimeUtc;
        var partial = new DirectoryInfo(root.Map(Lists + "/partial"));
        return partial.Exists && HostFiles.In(root, Lists).Any(name => name.Contains("Release", StringComparison.Ordinal) || name.Contains("Packages", StringComparison.Ordinal)) ? partial.LastWriteTimeUtc : null;
    }
}
