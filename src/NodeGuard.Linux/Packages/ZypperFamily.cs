using System.Globalization;
using System.Text;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Rpm;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages;

/// <summary>SUSE: rpm and zypper answer themselves. zypper is told to go without its lock, which would turn away every other zypper.</summary>
/// <param name="commands">Runs the host's tools.</param>
/// <param name="root">The host's /etc, and where it is mounted here its /usr/lib/sysimage and /var/cache.</param>
public sealed class ZypperFamily(IHostCommands commands, HostRoot root) : IPackageFamily
{
    internal const string Program = "/usr/bin/zypper";

    private const string Cache = "/var/cache/zypp/raw";

    // ZYPPER_EXIT_INF_REBOOT_NEEDED
    private const int RebootNeeded = 102;

    private static readonly string[] Watched = ["/etc/zypp/zypp.conf", "/etc/zypp/locks", "/etc/zypp/repos.d", "/etc/zypp/services.d"];
    private static readonly string[] Quiet = ["--xmlout", "--non-interactive", "--no-refresh"];

    public string? Fingerprint() => RpmQuery.Fingerprint(root, [.. Watched, .. HostFiles.In(root, "/etc/zypp/repos.d"), .. Lists()]);

    public async Task<PackageLook> LookAsync(CancellationToken cancellation)
    {
        var questions = new HostQuestions(commands, static complaint => complaint);
        var answers = new RpmAnswers
        {
            Tool = "zypper",
            Unlock = "zypper removelock",
            Installed = await RpmQuery.InstalledAsync(questions, cancellation),
            ListsFrom = HostFiles.Newest(root, Lists()),
            Problems = questions.Problems,
        };
        if (answers.Installed is not { Problems.Count: 0 } installed)
            return new PackageLook(RpmPending.Of(answers), null) { Reboot = new RebootAdvice(null, "whether a reboot is due is not known: rpm does not tell what is installed") };
        answers = answers with { Several = await RpmQuery.SeveralAsync(questions, cancellation) };
        // Without it the others would tell nothing, each for the same reason.
        if (await AskAsync("zypper-updates", ["list-updates", "--all"], ZypperReader.ReadUpdates, questions, cancellation) is { } newer)
            answers = await AskMoreAsync(answers with { Newer = newer }, questions, cancellation);
        return new PackageLook(RpmPending.Of(answers), SuseKernels.In(installed)) { Reboot = await RebootAsync(cancellation) };
    }

    private static async Task<RpmAnswers> AskMoreAsync(RpmAnswers answers, HostQuestions questions, CancellationToken cancellation)
    {
        RpmTransaction? fixes = await AskAsync("zypper-security", ["patch", "--dry-run", "--category", "security"], ZypperReader.ReadSummary, questions, cancellation);
        return answers with
        {
            // Nothing but locks hides a package from zypper.
            Offered = answers.Newer,
            Security = fixes is null ? null : new RpmPackages(fixes.Coming, fixes.Problems),
            Upgrade = await AskAsync("zypper-update", ["update", "--dry-run"], ZypperReader.ReadSummary, questions, cancellation),
            Locks = await AskAsync("zypper-locks", ["locks"], ZypperReader.ReadLocks, questions, cancellation),
        };
    }

    /// <summary>zypper tells why it failed in its answer: that is read, too, whatever its exit status.</summary>
    private static async Task<T?> AskAsync<T>(string name, string[] arguments, Func<string, T?> read, HostQuestions questions, CancellationToken cancellation)
        where T : class
    {
        var command = Command(name, arguments);
        if (await questions.AskAsync(command, static _ => true, cancellation) is not { } answer)
            return null;
        // 100 to 103 tell of updates, of security updates, and that a reboot or a restart would be due.
        if (answer.ExitStatus is not (0 or (>= 100 and <= 103)))
            questions.Add(Failed(command, answer));
        else if (read(Encoding.UTF8.GetString(answer.Output)) is { } whole)
            return whole;
        else
            questions.Add($"{Program} ({name}) gave an answer that is not understood");
        return null;
    }

    private static string Failed(HostCommand command, HostCommandAnswer.Ended answer)
    {
        string said = ZypperReader.ReadUpdates(Encoding.UTF8.GetString(answer.Output)).Problems.FirstOrDefault(static problem => problem.StartsWith("zypper: ", StringComparison.Ordinal))
            ?? (answer.Complaint.Length > 0 ? ParseProblems.Shown(UrlPasswords.Masked(answer.Complaint), 400) : "it did not say why");
        return string.Create(CultureInfo.InvariantCulture, $"{Program} ({command.Name}) failed with {answer.ExitStatus}: {said}");
    }

    private async Task<RebootAdvice> RebootAsync(CancellationToken cancellation)
    {
        var questions = new HostQuestions(commands, static complaint => complaint);
        return await questions.AskAsync(Command("zypper-reboot", ["needs-rebooting"]), static status => status is 0 or RebootNeeded, cancellation) switch
        {
            { ExitStatus: RebootNeeded } => new RebootAdvice(true, "zypper needs-rebooting says that core libraries or services were updated since the boot"),
            { } => new RebootAdvice(false, "zypper needs-rebooting says that none is needed"),
            null => new RebootAdvice(null, $"whether a reboot is due is not known: {questions.Problems[0]}"),
        };
    }

    private static HostCommand Command(string name, string[] arguments) =>
        new(name, Program, [.. Quiet, .. arguments]) { Environment = ["ZYPP_READONLY_HACK=1"] };

    private IEnumerable<string> Lists() => HostFiles.In(root, Cache).Select(repository => $"{repository}/repodata/repomd.xml").Where(path => File.Exists(root.Map(path)));
}
