using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NodeGuard.Linux.Files;

/// <summary>Files that are what they were, or what they were to become, whenever the power goes.</summary>
public static class DurableFile
{
    /// <summary>Replaces the file whole; comes back when content and name are on the disk.</summary>
    /// <param name="path">Absolute; directories that are missing are made.</param>
    /// <param name="write">The content.</param>
    /// <exception cref="IOException">It cannot be written; what was there is there still.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for want of permission.</exception>
    public static void Replace(string path, Action<FileStream> write)
    {
        string directory = Path.GetDirectoryName(path)!;
        Make(directory);
        WholeFile.Replace(path, file =>
        {
            write(file);
            file.Flush(flushToDisk: true);
        });
        Sync(directory);
    }

    private static void Make(string directory)
    {
        if (Directory.Exists(directory))
            return;
        Directory.CreateDirectory(directory);
        if (Path.GetDirectoryName(directory) is { } parent)
            Sync(parent);
    }

    // A name is its directory's content; the framework opens no directories.
    private static void Sync(string directory)
    {
        int descriptor = NativeFiles.Open(directory, NativeFiles.O_RDONLY | NativeFiles.O_CLOEXEC, 0);
        if (descriptor < 0)
            throw new IOException($"{directory} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }
}
