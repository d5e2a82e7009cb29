using System.IO.Compression;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Updates;

namespace NodeGuard.Linux.Systemd.Config;

/// <summary>
/// Whether apt's lists, as they lie on the disk, hold a newer package of systemd, whose installation restarts
/// networkd. Uses neither network nor locks.
/// </summary>
public sealed class PendingSystemdUpdateReader(HostRoot root)
{
    private const string Package = "systemd";
    private const string Lists = "/var/lib/apt/lists";

    /// <summary>Null when it could not be told: no dpkg, no lists, or lists compressed in a way that is not read here.</summary>
    public IReadOnlyList<PendingUpdate>? Read()
    {
        try
        {
            var installed = Installed();
            return installed is null ? null : installed.Length == 0 ? [] : Newer(installed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Empty when the package is not installed.</summary>
    private string? Installed()
    {
        var path = root.Map("/var/lib/dpkg/status");
        if (!File.Exists(path))
            return null;
        using var reader = new StreamReader(path);
        var found = Stanzas(reader).FirstOrDefault(stanza => stanza.Status.EndsWith(" installed", StringComparison.Ordinal));
        return found?.Version ?? string.Empty;
    }

    private List<PendingUpdate>? Newer(string installed)
    {
        // Backports and experimental are marked NotAutomatic: apt takes nothing from them by itself.
        var files = root.Names(Lists, string.Empty)
            .Where(name => name.Contains("_Packages", StringComparison.Ordinal)
                && !name.Contains("-backports", StringComparison.Ordinal)
                && !name.Contains("_experimental_", StringComparison.Ordinal))
            .ToList();
        var candidate = installed;
        var complete = files.Count > 0;
        foreach (var name in files)
        {
            using var reader = Open(root.Map($"{Lists}/{name}"));
            if (reader is null)
            {
                complete = false;
                continue;
            }

            candidate = Stanzas(reader).Select(stanza => stanza.Version)
                .Aggregate(candidate, (best, version) => DebianVersion.Compare(version, best) > 0 ? version : best);
        }

        if (candidate != installed)
            return [new PendingUpdate(Package, installed, candidate)];
        return complete ? [] : null;
    }

    private static StreamReader? Open(string path) => Path.GetExtension(path) switch
    {
        ".gz" => new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress)),
        ".lz4" or ".xz" or ".zst" or ".bz2" => null,
        _ => new StreamReader(path),
    };

    private static IEnumerable<Stanza> Stanzas(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            if (line != "Package: " + Package)
                continue;
            string version = string.Empty, status = string.Empty;
            while (reader.ReadLine() is { Length: > 0 } field)
            {
                if (field.StartsWith("Version: ", StringComparison.Ordinal))
                    version = field["Version: ".Length..];
                else if (field.StartsWith("Status: ", StringComparison.Ordinal))
                    status = field["Status: ".Length..];
            }

            if (version.Length > 0)
                yield return new Stanza(version, status);
        }
    }

    private sealed record Stanza(string Version, string Status);
}
