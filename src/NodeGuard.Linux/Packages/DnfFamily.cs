using System.Text;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Rpm;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages;

/// <summary>
/// Fedora, RHEL and what comes of them: rpm and dnf answer themselves, dnf 4 or dnf 5. dnf 4 takes the lock of its lists for the
/// second or two of a question, and a dnf that comes meanwhile waits; rpm's lock is taken by none.
/// </summary>
/// <param name="commands">Runs the host's tools.</param>
/// <param name="root">The host's /etc, and where it is mounted here its /var/lib/rpm and /var/cache.</param>
public sealed class DnfFamily(IHostCommands commands, HostRoot root) : IPackageFamily
{
    internal const string Program = "/usr/bin/dnf";

    private const string List = "/etc/dnf/plugins/versionlock.list";
    private const string Toml = "/etc/dnf/versionlock.toml";

    private static readonly string[] Watched = ["/etc/dnf/dnf.conf", "/etc/dnf/vars", List, Toml, "/etc/yum.repos.d"];
    private static readonly string[] Caches = ["/var/cache/dnf", "/var/cache/libdnf5"];
    private static readonly string[] Offered = ["repoquery", "--upgrades", "--latest-limit=1", "--qf", RpmRowReader.OfferedFormat];

    private enum Generation
    {
        Four,
        Five,
    }

    public string? Fingerprint() => RpmQuery.Fingerprint(root, [.. Watched, .. HostFiles.In(root, "/etc/yum.repos.d"), .. Lists()]);

    public async Task<PackageLook> LookAsync(CancellationToken cancellation)
    {
        var questions = new HostQuestions(commands, Reason);
        var answers = new RpmAnswers
        {
            Tool = "dnf",
            Unlock = "dnf versionlock delete",
            Installed = await RpmQuery.InstalledAsync(questions, cancellation),
            ListsFrom = HostFiles.Newest(root, Lists()),
            Problems = questions.Problems,
        };
        // Without these two the others would tell nothing.
        if (answers.Installed is not { Problems.Count: 0 } || await GenerationAsync(questions, cancellation) is not { } generation)
            return new PackageLook(RpmPending.Of(answers), null) { Reboot = new RebootAdvice(null, "whether a reboot is due is not known: rpm and dnf do not tell") };
        answers = await AskMoreAsync(answers with { Several = await RpmQuery.SeveralAsync(questions, cancellation) }, generation, questions, cancellation);
        return new PackageLook(RpmPending.Of(answers), answers.Several?.Kernels) { Reboot = await RebootAsync(cancellation) };
    }

    private async Task<RpmAnswers> AskMoreAsync(RpmAnswers answers, Generation generation, HostQuestions questions, CancellationToken cancellation)
    {
        IReadOnlyList<string>? repositories = await RepositoriesAsync(generation, questions, cancellation);
        // What dnf finds without its lists would be nothing, and look like it.
        if (repositories is not { Count: 0 })
            return answers with { RepositoryProblems = repositories ?? [] };
        string free = generation == Generation.Four ? "--disableexcludes=all" : "--setopt=disable_excludes=*";
        return answers with
        {
            Offered = await OfferedAsync("dnf-upgrades", Offered, questions, cancellation),
            Newer = await OfferedAsync("dnf-hidden", [free, .. Offered], questions, cancellation),
            Security = await OfferedAsync("dnf-security", ["repoquery", "--upgrades", "--security", "--qf", RpmRowReader.OfferedFormat], questions, cancellation),
            Upgrade = await UpgradeAsync(questions, cancellation),
            Locks = Locks(questions),
        };
    }

    private static async Task<Generation?> GenerationAsync(HostQuestions questions, CancellationToken cancellation)
    {
        if (await questions.AskTextAsync("dnf-version", Program, ["--version"], cancellation) is not { } version)
            return null;
        if (version.StartsWith("dnf5 version 5.", StringComparison.Ordinal))
            return Generation.Five;
        if (version.StartsWith("4.", StringComparison.Ordinal))
            return Generation.Four;
        questions.Add($"{Program} calls itself \"{ParseProblems.Shown(version.Split('\n')[0])}\"; NodeGuard knows dnf 4 and dnf 5");
        return null;
    }

    private static async Task<IReadOnlyList<string>?> RepositoriesAsync(Generation generation, HostQuestions questions, CancellationToken cancellation)
    {
        var command = new HostCommand("dnf-repositories", Program, generation == Generation.Four ? ["-C", "repolist", "-v"] : ["-C", "-q", "repo", "info", "--json"]);
        if (await questions.AskAsync(command, static status => status == 0, cancellation) is not { } answer)
            return null;
        string output = Encoding.UTF8.GetString(answer.Output);
        return generation == Generation.Four ? DnfRepositories.ProblemsOf4(output, answer.Complaint) : DnfRepositories.ProblemsOf5(output);
    }

    private static async Task<RpmPackages?> OfferedAsync(string name, IReadOnlyList<string> arguments, HostQuestions questions, CancellationToken cancellation) =>
        await questions.AskTextAsync(name, Program, ["-C", "-q", .. arguments], cancellation) is { } answer ? RpmRowReader.ReadOffered(answer) : null;

    /// <summary>What one package lacks is not to hide the others, as it does where `best` is set: each is told by itself.</summary>
    private static async Task<RpmTransaction?> UpgradeAsync(HostQuestions questions, CancellationToken cancellation)
    {
        var command = new HostCommand("dnf-upgrade", Program, ["-C", "--assumeno", "--setopt=best=0", "upgrade"]);
        // To be told no ends dnf with 1, as a failure does, which has no table.
        if (await questions.AskAsync(command, static status => status is 0 or 1, cancellation) is not { } answer)
            return null;
        if (answer is { ExitStatus: 1, Output.Length: 0 })
        {
            questions.Add(questions.Failed(command, answer));
            return null;
        }

        return DnfTransactionReader.Read(Encoding.UTF8.GetString(answer.Output));
    }

    /// <summary>Looks at what is installed alone: with repositories dnf 5 wants more of them than it has fetched.</summary>
    private async Task<RebootAdvice> RebootAsync(CancellationToken cancellation)
    {
        var questions = new HostQuestions(commands, Reason);
        var command = new HostCommand("dnf-reboot", Program, ["-C", "--disablerepo=*", "needs-restarting", "-r"]);
        return await questions.AskAsync(command, static status => status is 0 or 1, cancellation) is { } answer
            ? NeedsRestarting.Read(Encoding.UTF8.GetString(answer.Output), answer.Complaint)
            : new RebootAdvice(null, $"whether a reboot is due is not known: {questions.Problems[0]}");
    }

    private RpmLocks? Locks(HostQuestions questions)
    {
        var patterns = new List<string>();
        foreach (var (path, read) in new (string, Func<string, RpmLocks>)[] { (List, RpmLocks.OfList), (Toml, RpmLocks.OfToml) })
        {
            switch (root.Read(path))
            {
                case FileText.Content content:
                    patterns.AddRange(read(content.Text).Patterns);
                    break;
                case FileText.Unreadable unreadable:
                    questions.Add(unreadable.Problem);
                    return null;
            }
        }

        return new RpmLocks(patterns);
    }

    // A question makes other files beside them, and must not lead to the next one.
    private IEnumerable<string> Lists() => Caches.SelectMany(cache => HostFiles.In(root, cache)).Select(repository => $"{repository}/repodata/repomd.xml").Where(path => File.Exists(root.Map(path)));

    // In front of it dnf warns of whatever it likes.
    private static string Reason(string complaint) => complaint.IndexOf("Error: ", StringComparison.Ordinal) is var error and > 0 ? complaint[error..] : complaint;
}
