using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Files;

/// <summary>What the framework does not offer: open with close-on-exec and no lock of its own, flock, a file's type.</summary>
internal static partial class NativeFiles
{
    public const int O_RDONLY = 0;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EWOULDBLOCK = 11;
    public const int EACCES = 13;
    public const int ENOTDIR = 20;

    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const uint STATX_TYPE = 1;

    /// <summary>struct statx is 256 bytes on every architecture.</summary>
    public const int SizeOfStatx = 256;

    /// <summary>stx_mode, 16 bits.</summary>
    public const int OffsetOfMode = 28;

    public const int S_IFMT = 0xF000;
    public const int S_IFSOCK = 0xC000;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Flock(SafeHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> statx);

    /// <returns>0 when this open file is locked now, else the errno; EWOULDBLOCK where another has the lock.</returns>
    public static int TryLock(SafeHandle file)
    {
        while (Flock(file, LOCK_EX | LOCK_NB) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != EINTR)
                return errno;
        }

        return 0;
    }
}
