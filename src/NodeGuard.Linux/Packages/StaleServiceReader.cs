using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Linux.Packages;

/// <summary>The services that still run code which an update has replaced, by /proc.</summary>
/// <param name="procRoot">The host's /proc.</param>
public sealed class StaleServiceReader(string procRoot)
{
    private const int MaxServices = 200;
    private const int MaxFiles = 20;
    private const int MaxDeleted = 2000;

    /// <summary>By unit; null where the maps of PID 1 may not be read: then those of other services may not either.</summary>
    public IReadOnlyList<StaleService>? Read(CancellationToken cancellation)
    {
        if (Deleted($"{procRoot}/1") is null)
            return null;
        var services = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (string process in Processes())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Deleted(process) is not { } maps)
                continue;
            IReadOnlyList<string> files = DeletedFiles.In(maps);
            if (files.Count == 0 || Text($"{process}/cgroup") is not { } cgroup || DeletedFiles.UnitOf(cgroup) is not { } unit)
                continue;
            if (!services.TryGetValue(unit, out SortedSet<string>? known) && services.Count < MaxServices)
                services[unit] = known = new SortedSet<string>(StringComparer.Ordinal);
            known?.UnionWith(files);
        }

        return [.. services.Select(service => new StaleService(service.Key, [.. service.Value.Take(MaxFiles)]))];
    }

    private IEnumerable<string> Processes()
    {
        try
        {
            return Directory.GetDirectories(procRoot).Where(path => Path.GetFileName(path).All(char.IsAsciiDigit));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Maps of some processes have megabytes; of interest are few lines of them.
    private static string? Deleted(string process)
    {
        try
        {
            return string.Join('\n', File.ReadLines($"{process}/maps").Where(line => line.EndsWith(" (deleted)", StringComparison.Ordinal)).Take(MaxDeleted));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Processes end while they are looked at, and some may not be read.
    private static string? Text(string path)
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
}
