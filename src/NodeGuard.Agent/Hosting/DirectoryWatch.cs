using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Hosting;

/// <summary>
/// Hints that files in these directories, or in directories in them, came, changed or went. What is missed shows at the next
/// full look.
/// </summary>
/// <param name="hint">Called on a thread of its own; must be quick.</param>
internal sealed class DirectoryWatch(HostRoot root, IReadOnlyList<string> directories, Action hint) : IDisposable
{
    private readonly Inotify _inotify = new(hint);

    /// <summary>Watches the directories that have come since. That one came is a hint: to be called before each look.</summary>
    public void Renew()
    {
        foreach (string path in directories)
        {
            try
            {
                string directory = root.Map(root.Resolve(path) ?? path);
                _inotify.Watch(directory);
                foreach (string below in Directory.EnumerateDirectories(directory))
                {
                    _inotify.Watch(below);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not there, or gone again: the periodic look does without hints.
            }
        }
    }

    public void Dispose() => _inotify.Dispose();
}
