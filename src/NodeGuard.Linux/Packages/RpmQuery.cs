using System.Text;
using NodeGuard.Core.Updates.Rpm;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages;

/// <summary>rpm's database by rpm's own word.</summary>
internal static class RpmQuery
{
    public const string Program = "/usr/bin/rpm";

    // Of SQLite the file alone: each reader writes the index of its journal.
    private static readonly string[] Databases =
    [
        "/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages.db", "/usr/lib/sysimage/rpm/Packages.db", "/var/lib/rpm/Packages",
    ];

    private static readonly HostCommand All = new("rpm", Program, ["-qa", "--qf", RpmRowReader.InstalledFormat]);

    // What dnf and zypper let be there more than once, and what names a kernel by its release.
    private static readonly HostCommand Several = new(
        "rpm-several", Program,
        [
            "-q", "--whatprovides", "kernel-uname-r", "installonlypkg(kernel)", "installonlypkg(kernel-module)", "installonlypkg(vm)", "multiversion(kernel)",
            "--qf", RpmRowReader.ProvidingFormat,
        ]);

    /// <summary>Null where the database is not in sight: then most changes would be missed.</summary>
    public static string? Fingerprint(HostRoot root, IEnumerable<string> others) =>
        Array.Exists(Databases, path => File.Exists(root.Map(path))) ? HostFiles.Print(root, [.. Databases, .. others]) : null;

    public static async Task<RpmPackages?> InstalledAsync(HostQuestions questions, CancellationToken cancellation) =>
        await questions.AskAsync(All, static status => status == 0, cancellation) is { } answer ? RpmRowReader.ReadInstalled(Encoding.UTF8.GetString(answer.Output)) : null;

    /// <summary>rpm's exit status is the number of what nobody provides, which is no failure.</summary>
    public static async Task<RpmSeveral?> SeveralAsync(HostQuestions questions, CancellationToken cancellation) =>
        await questions.AskAsync(Several, static status => status <= 5, cancellation) is { } answer ? RpmRowReader.ReadSeveral(Encoding.UTF8.GetString(answer.Output)) : null;
}
