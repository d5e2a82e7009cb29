using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NodeGuard.Linux.Files;

/// <summary>How an attempt to be the only one ended.</summary>
public abstract record LockOutcome
{
    private LockOutcome()
    {
    }

    /// <summary>Ours until the file is disposed or the process ends, however it ends.</summary>
    public sealed record Taken(LockFile File) : LockOutcome;

    /// <param name="Pid">Null when the holder could not write it.</param>
    public sealed record HeldBy(int? Pid) : LockOutcome;

    /// <summary>The file cannot be made or locked: nobody knows whether there is another.</summary>
    public sealed record Unavailable(string Reason) : LockOutcome;
}

/// <summary>
/// A flock(2) on a file that holds the owner's pid. The kernel drops it with the process, so it is never stale; the
/// file itself stays, since removing it would let two processes lock two files of one name.
/// </summary>
public sealed class LockFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private LockFile(SafeFileHandle handle) => _handle = handle;

    public static LockOutcome TryTake(string path)
    {
        int descriptor = NativeFiles.Open(path, NativeFiles.O_RDWR | NativeFiles.O_CREAT | NativeFiles.O_CLOEXEC, 0x180 /* 0600 */);
        if (descriptor < 0)
        {
            return new LockOutcome.Unavailable($"{path} cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        int errno = NativeFiles.TryLock(handle);
        if (errno == 0)
        {
            WritePid(handle);
#pragma warning disable CA2000 // Whoever gets the outcome owns the lock in it.
            return new LockOutcome.Taken(new LockFile(handle));
#pragma warning restore CA2000
        }

        using (handle)
        {
            return errno == NativeFiles.EWOULDBLOCK
                ? new LockOutcome.HeldBy(ReadPid(handle))
                : new LockOutcome.Unavailable($"{path} cannot be locked: {Marshal.GetPInvokeErrorMessage(errno)}");
        }
    }

    public void Dispose() => _handle.Dispose();

    private static void WritePid(SafeFileHandle handle)
    {
        try
        {
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"), 0);
        }
        catch (IOException)
        {
            // A full disk: the lock counts, the pid is for people.
        }
    }

    private static int? ReadPid(SafeFileHandle handle)
    {
        Span<byte> text = stackalloc byte[16];
        int length = RandomAccess.Read(handle, text, 0);
        return int.TryParse(text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
    }
}
