using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Files;

/// <summary>
/// Hints that something in one of the watched directories came, changed or went. One descriptor and one thread for any
/// number of directories; what the kernel says is not looked at, since a look at the directories themselves decides.
/// </summary>
public sealed partial class Inotify : IDisposable
{
    private const int IN_CLOEXEC = 0x80000;
    private const uint IN_ATTRIB = 0x4, IN_CLOSE_WRITE = 0x8, IN_MOVED_FROM = 0x40, IN_MOVED_TO = 0x80, IN_CREATE = 0x100, IN_DELETE = 0x200;
    private const uint IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800, IN_ONLYDIR = 0x1000000, IN_DONT_FOLLOW = 0x2000000;
    private const uint Wanted = IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;
    private const int EINTR = 4, ENOSPC = 28;
    private const int StackBytes = 128 * 1024;

    private readonly Action _hint;
    private readonly int _descriptor;
    private readonly int _ownWatch;
    private readonly Thread? _thread;
    private volatile bool _ended;

    /// <param name="hint">Called on a thread of its own; must be quick.</param>
    public Inotify(Action hint)
    {
        _hint = hint;
        _descriptor = InotifyInit(IN_CLOEXEC);
        if (_descriptor < 0)
        {
            Problem = $"inotify: {Marshal.GetLastPInvokeErrorMessage()}; raise fs.inotify.max_user_instances";
            return;
        }

        // Taking this watch away is what wakes the thread at the end.
        _ownWatch = InotifyAddWatch(_descriptor, "/", IN_DELETE_SELF);
        _thread = new Thread(ReadEvents, StackBytes) { IsBackground = true, Name = "inotify" };
        _thread.Start();
    }

    /// <summary>Why there are no hints, or not of all directories; null when nothing is missed.</summary>
    public string? Problem { get; private set; }

    /// <summary>Watches a directory; again does nothing, and a directory that has gone is let go of by itself.</summary>
    public void Watch(string directory)
    {
        if (_thread is null)
        {
            return;
        }

        if (InotifyAddWatch(_descriptor, directory, Wanted | IN_ONLYDIR | IN_DONT_FOLLOW) < 0
            && Marshal.GetLastPInvokeError() == ENOSPC)
        {
            Problem = $"inotify: {directory} cannot be watched; raise fs.inotify.max_user_watches";
        }
    }

    public void Dispose()
    {
        if (_thread is null || _ended)
        {
            return;
        }

        _ended = true;
        _ = InotifyRemoveWatch(_descriptor, _ownWatch);
        _thread.Join();
        _ = Close(_descriptor);
    }

    private void ReadEvents()
    {
        Span<byte> events = stackalloc byte[4096];
        while (!_ended)
        {
            if (Read(_descriptor, events, (nuint)events.Length) <= 0 && Marshal.GetLastPInvokeError() != EINTR)
            {
                return;
            }

            if (!_ended)
            {
                _hint();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int InotifyAddWatch(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    private static partial int InotifyRemoveWatch(int descriptor, int watch);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
