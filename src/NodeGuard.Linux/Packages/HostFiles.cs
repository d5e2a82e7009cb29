using System.Globalization;
using System.Text;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages;

/// <summary>Files of package tools, as far as they are in sight.</summary>
internal static class HostFiles
{
    /// <summary>Changes when one of the paths comes, goes or is written.</summary>
    public static string Print(HostRoot root, IEnumerable<string> paths)
    {
        var print = new StringBuilder();
        foreach (string path in paths)
        {
            var file = new FileInfo(root.Map(path));
            print.Append(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks:x} {(file.Exists ? file.Length : 0)}\n");
        }

        return print.ToString();
    }

    /// <summary>The paths below a directory; none where it is not in sight.</summary>
    public static IReadOnlyList<string> In(HostRoot root, string directory)
    {
        try
        {
            return [.. root.Names(directory, "").Select(name => $"{directory}/{name}")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>When the newest of them was written; null where none is there.</summary>
    public static DateTimeOffset? Newest(HostRoot root, IEnumerable<string> paths) =>
        paths.Select(path => new FileInfo(root.Map(path))).Where(file => file.Exists).Select(file => (DateTimeOffset?)file.LastWriteTimeUtc).Max();
}
