using System.Buffers.Binary;

namespace NodeGuard.Linux.Files;

public static class FileType
{
    /// <summary>True for a unix socket itself; false for a link to one, for anything else, and when it cannot be told.</summary>
    public static bool IsSocket(string path)
    {
        Span<byte> statx = stackalloc byte[NativeFiles.SizeOfStatx];
        int result = NativeFiles.Statx(
            NativeFiles.AT_FDCWD, path, NativeFiles.AT_SYMLINK_NOFOLLOW, NativeFiles.STATX_TYPE, statx);
        if (result != 0)
        {
            return false;
        }

        ushort mode = BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt16LittleEndian(statx[NativeFiles.OffsetOfMode..])
            : BinaryPrimitives.ReadUInt16BigEndian(statx[NativeFiles.OffsetOfMode..]);
        return (mode & NativeFiles.S_IFMT) == NativeFiles.S_IFSOCK;
    }
}
