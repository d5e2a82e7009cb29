using System.Text;
using Microsoft.Win32.SafeHandles;
using NodeGuard.Core.Images;
using NodeGuard.Core.Updates;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Images;

/// <summary>The kernel's settings: those that the host's files set, and what they are now.</summary>
/// <param name="root">Of the host.</param>
/// <param name="procRoot">The host's /proc; null where no kernel runs this root.</param>
public sealed class HostSysctls(HostRoot root, string? procRoot)
{
    private const int MaxValue = 4096;
    private static readonly string[] Directories = ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d"];

    /// <summary>Those that sysctl.d(5) files set, as they are now; as the files have them where no kernel runs this root.</summary>
    public Part<IReadOnlyList<ImageSetting>> ReadConfigured()
    {
        var problems = new ParseProblems();
        var set = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Files(problems))
        {
            FileText text = root.Read(file);
            if (text is FileText.Unreadable unreadable)
            {
                problems.Add(unreadable.Problem);
            }

            foreach ((string path, string value) in Sysctl.ReadFile(text is FileText.Content content ? content.Text : "", problems, file))
            {
                set[path] = value;
            }
        }

        if (problems.Any)
        {
            return Part.Unknown<IReadOnlyList<ImageSetting>>(string.Join("; ", problems.ToList()));
        }

        return procRoot is null
            ? Part.Known<IReadOnlyList<ImageSetting>>([.. set.Select(static pair => new ImageSetting(Sysctl.NameOf(pair.Key), pair.Value))])
            : Read([.. set.Keys.Select(Sysctl.NameOf)]);
    }

    /// <summary>As they are now, those that the kernel has.</summary>
    public Part<IReadOnlyList<ImageSetting>> Read(IReadOnlyList<string> names)
    {
        if (procRoot is null || !Directory.Exists($"{procRoot}/sys"))
        {
            return Part.Unknown<IReadOnlyList<ImageSetting>>("no kernel runs what is below this directory");
        }

        var values = new List<ImageSetting>(names.Count);
        string? problem = null;
        byte[] buffer = new byte[MaxValue];
        foreach (string name in names)
        {
            try
            {
                if (Sysctl.PathOf(name) is { } path && Value($"{procRoot}/sys/{path}", buffer) is { } value)
                {
                    values.Add(new ImageSetting(name, value));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problem ??= $"{name} cannot be read: {e.Message}";
            }
        }

        return problem is null ? Part.Known<IReadOnlyList<ImageSetting>>(values) : Part.Unknown<IReadOnlyList<ImageSetting>>(problem);
    }

    /// <summary>By name, a directory before the next; /etc/sysctl.conf last, as procps reads it.</summary>
    private List<string> Files(ParseProblems problems)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string directory in Directories)
        {
            try
            {
                foreach (string name in root.Names(directory, ".conf"))
                {
                    files.TryAdd(name, $"{directory}/{name}");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{directory} cannot be listed: {e.Message}");
            }
        }

        return [.. files.Values, "/etc/sysctl.conf"];
    }

    private static string? Value(string path, byte[] buffer)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        int length = RandomAccess.Read(handle, buffer, 0);
        return Sysctl.Normal(Encoding.UTF8.GetString(buffer, 0, length));
    }
}
