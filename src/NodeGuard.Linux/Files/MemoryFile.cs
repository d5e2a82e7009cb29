using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NodeGuard.Linux.Files;

/// <summary>A file without a name (memfd_create(2)) that another process can write by its descriptor, whatever root either has.</summary>
public sealed partial class MemoryFile : IDisposable
{
    private const uint MFD_CLOEXEC = 1;

    private MemoryFile(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    /// <param name="name">Shown in /proc only.</param>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static MemoryFile Create(string name)
    {
        int descriptor = MemfdCreate(name, MFD_CLOEXEC);
        return descriptor >= 0
            ? new MemoryFile(new SafeFileHandle(descriptor, ownsHandle: true))
            : throw new IOException($"no file in memory for {name}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Bytes.</summary>
    public long Length => RandomAccess.GetLength(Handle);

    /// <summary>From its beginning, at most so many bytes.</summary>
    public byte[] Read(int limit) => ReadFrom(0, limit);

    /// <summary>Its end, at most so many bytes.</summary>
    public byte[] ReadEnd(int limit) => ReadFrom(Math.Max(0, Length - limit), limit);

    private byte[] ReadFrom(long offset, int limit)
    {
        var content = new byte[(int)Math.Min(Length - offset, limit)];
        int length = 0;
        while (length < content.Length)
        {
            int read = RandomAccess.Read(Handle, content.AsSpan(length), offset + length);
            if (read == 0)
                return content[..length];
            length += read;
        }

        return content;
    }

    public void Dispose() => Handle.Dispose();

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemfdCreate(string name, uint flags);
}
