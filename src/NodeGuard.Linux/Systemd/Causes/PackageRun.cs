using System.Globalization;
using System.Text;
using NodeGuard.Core.Updates;

namespace NodeGuard.Linux.Systemd.Causes;

/// <summary>A package manager at work on this host, for people who ask what restarted networkd. Best effort.</summary>
/// <param name="Description">A command line, passwords in URLs masked, at most 256 characters; or a line of dpkg's log without its time, which is each host's own.</param>
public sealed record PackageRun(string Program, string Description)
{
    private const int LongestDescription = 256;
    private const int LogTail = 4096;

    // By comm, which the kernel cuts to 15 characters; who started it before what it started.
    private static readonly string[] Programs =
        ["unattended-upgr", "apt", "apt-get", "aptitude", "dnf", "dnf5", "yum", "zypper", "needrestart", "dpkg", "rpm"];

    /// <summary>Null when none is seen, which does not say that there was none.</summary>
    public static PackageRun? Find(string procRoot, string dpkgLog, TimeProvider time) =>
        FindProcess(procRoot) ?? FindInLog(dpkgLog, time);

    private static PackageRun? FindProcess(string procRoot)
    {
        PackageRun? found = null;
        int best = Programs.Length;
        string? hostMounts = LinkTarget($"{procRoot}/1/ns/mnt");
        try
        {
            foreach (string directory in Directory.EnumerateDirectories(procRoot))
            {
                int rank = Array.IndexOf(Programs, Read($"{directory}/comm")?.TrimEnd());
                if (rank < 0 || rank >= best || !char.IsAsciiDigit(Path.GetFileName(directory)[0])
                    || Read($"{directory}/cmdline") is not { Length: > 0 } arguments || IsOnGuard(arguments)
                    || IsElsewhere(directory, hostMounts))
                {
                    continue;
                }

                best = rank;
                found = new PackageRun(Programs[rank], Describe(arguments));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return found;
        }

        return found;
    }

    // Ubuntu and Debian keep this one running all the time; it installs nothing before the shutdown.
    private static bool IsOnGuard(string arguments) =>
        arguments.Contains("unattended-upgrade-shutdown", StringComparison.Ordinal);

    /// <summary>A container's package manager does not touch the host's networkd. Where it cannot be told it counts.</summary>
    private static bool IsElsewhere(string directory, string? hostMounts) =>
        hostMounts is not null && LinkTarget($"{directory}/ns/mnt") is { } mounts && mounts != hostMounts;

    private static PackageRun? FindInLog(string dpkgLog, TimeProvider time)
    {
        string[] lines = ReadTail(dpkgLog).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        DateTime now = time.GetLocalNow().DateTime;
        for (int i = lines.Length - 1; i >= 0; i--)
        {
            // 2026-11-21 10:00:01 upgrade systemd:amd64 252.38-1 252.39-1, in local time.
            string[] words = lines[i].Split(' ');
            if (words is [var day, var clock, "upgrade" or "install" or "configure" or "trigproc" or "remove", ..]
                && DateTime.TryParseExact($"{day} {clock}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime at))
            {
                TimeSpan age = now - at;
                return age >= TimeSpan.Zero && age <= TimeSpan.FromMinutes(1) ? new PackageRun("dpkg", Cut($"dpkg {string.Join(' ', words[2..])}")) : null;
            }
        }

        return null;
    }

    private static string Describe(string arguments) =>
        Cut(string.Join(' ', arguments.TrimEnd('\0').Split('\0').Select(UrlPasswords.Masked)));

    private static string Cut(string text)
    {
        string printable = new([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return printable.Length <= LongestDescription ? printable : printable[..LongestDescription];
    }

    private static string ReadTail(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            file.Seek(-Math.Min(LogTail, file.Length), SeekOrigin.End);
            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
