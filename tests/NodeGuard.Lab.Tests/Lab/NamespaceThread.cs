using System.Runtime.InteropServices;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Lab.Tests.Lab;

/// <summary>A thread that lives in another network namespace: what it opens stays there.</summary>
internal sealed partial class NamespaceThread
{
    private const int CLONE_NEWNET = 0x40000000;
    private const int O_CLOEXEC = 0x80000;

    private readonly Thread _thread;
    private Exception? _failure;

    /// <param name="namespaceFile">For example /proc/PID/ns/net.</param>
    /// <param name="priority">SCHED_FIFO; 0 for an ordinary thread.</param>
    public NamespaceThread(string name, string namespaceFile, int priority, Action body)
    {
        _thread = new Thread(() =>
        {
            try
            {
                Enter(namespaceFile);
                if (priority > 0)
                {
                    RealtimeThread.TrySetRealtime(priority);
                }

                body();
            }
            catch (Exception e)
            {
                _failure = e;
            }
        })
        { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Waits for the body to end; throws what it threw.</summary>
    public void Join()
    {
        _thread.Join();
        if (_failure is not null)
        {
            throw new InvalidOperationException($"thread '{_thread.Name}': {_failure.Message}", _failure);
        }
    }

    private static void Enter(string namespaceFile)
    {
        // FileStream seeks, which a namespace file refuses.
        int handle = Open(namespaceFile, O_CLOEXEC);
        if (handle < 0)
        {
            throw new InvalidOperationException($"open {namespaceFile}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int entered = SetNs(handle, CLONE_NEWNET);
        string problem = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(handle);
        if (entered != 0)
        {
            throw new InvalidOperationException($"setns to {namespaceFile}: {problem}; run as root");
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(int descriptor, int kind);
}
