using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Hosting;

/// <summary>Hints that files below these directories came, changed or went. What is missed shows at the next full look.</summary>
internal sealed class DirectoryWatch(HostRoot root, IReadOnlyList<string> directories, Action hint) : IDisposable
{
    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);

    /// <summary>Watches the directories that have come since, and lets go of those that went.</summary>
    public void Renew()
    {
        foreach (string path in directories.Select(root.Map))
        {
            bool exists = Directory.Exists(path);
            if (!exists && _watchers.Remove(path, out FileSystemWatcher? gone))
            {
                gone.Dispose();
            }
            else if (exists && !_watchers.ContainsKey(path))
            {
                TryWatch(path);
            }
        }
    }

    public void Dispose()
    {
        foreach (FileSystemWatcher watcher in _watchers.Values)
        {
            watcher.Dispose();
        }
    }

    private void TryWatch(string path)
    {
        try
        {
            var watcher = new FileSystemWatcher(path) { IncludeSubdirectories = true };
            watcher.Changed += (_, _) => hint();
            watcher.Created += (_, _) => hint();
            watcher.Deleted += (_, _) => hint();
            watcher.Renamed += (_, _) => hint();
            watcher.EnableRaisingEvents = true;
            _watchers[path] = watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // Out of inotify watches, or gone again: the periodic look does without hints.
        }
    }
}
