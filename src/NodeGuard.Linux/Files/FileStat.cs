using System.Runtime.InteropServices;

namespace NodeGuard.Linux.Files;

public enum FileKind
{
    File,
    Directory,
    Link,
    Other,
}

/// <summary>What the kernel tells of a path itself, links not followed. Of two that are equal the content is equal, unless both are younger than the clock of the file system is fine.</summary>
/// <param name="Kind">Of the inode.</param>
/// <param name="Permissions">The twelve bits of chmod.</param>
public readonly record struct FileStat(FileKind Kind, int Permissions, ulong Device, ulong Inode, ulong Size, long ModifiedNanoseconds, long ChangedNanoseconds)
{
    private const uint STATX_BASIC_STATS = 0x7ff;

    // Of struct statx.
    private const int Ino = 32, Length = 40, Ctime = 96, Mtime = 112, DevMajor = 136, DevMinor = 140;

    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public static FileStat? Of(string path)
    {
        Span<byte> statx = stackalloc byte[NativeFiles.SizeOfStatx];
        if (NativeFiles.Statx(NativeFiles.AT_FDCWD, path, NativeFiles.AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, statx) != 0)
        {
            return Marshal.GetLastPInvokeError() is NativeFiles.ENOENT or NativeFiles.ENOTDIR
                ? null
                : throw new IOException($"{path} cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int mode = MemoryMarshal.Read<ushort>(statx[NativeFiles.OffsetOfMode..]);
        FileKind kind = (mode & NativeFiles.S_IFMT) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.Link,
            _ => FileKind.Other,
        };
        ulong device = ((ulong)MemoryMarshal.Read<uint>(statx[DevMajor..]) << 32) | MemoryMarshal.Read<uint>(statx[DevMinor..]);
        return new FileStat(
            kind, mode & 0xFFF, device, MemoryMarshal.Read<ulong>(statx[Ino..]), MemoryMarshal.Read<ulong>(statx[Length..]), Time(statx[Mtime..]), Time(statx[Ctime..]));
    }

    // Seconds in 64 bits, nanoseconds in 32.
    private static long Time(ReadOnlySpan<byte> time) => (MemoryMarshal.Read<long>(time) * 1_000_000_000) + MemoryMarshal.Read<uint>(time[8..]);
}
