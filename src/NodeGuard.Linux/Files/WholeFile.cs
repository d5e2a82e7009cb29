using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NodeGuard.Linux.Files;

/// <summary>
/// Files that are replaced whole: who reads one sees what was there or what came. The agent and a person's command may
/// replace the same one at once, so each takes its turn, by a flock(2) on the directory: one on the file would keep the
/// framework's readers out.
/// </summary>
public static class WholeFile
{
    // A writer that is stopped, by a debugger or a frozen cgroup, does not stop all others with it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The file beside, which becomes the file: neither systemd nor apt reads it, and crashes leave one at most.</summary>
    public static string StagedBeside(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.tmp");

    /// <summary>What a crash left beside is taken over.</summary>
    /// <param name="path">Absolute, in a directory that exists.</param>
    /// <param name="write">The content.</param>
    /// <exception cref="IOException">It cannot be written; what was there is there still.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for want of permission.</exception>
    public static void Replace(string path, Action<FileStream> write) => Replace(path, write, Patience);

    internal static void Replace(string path, Action<FileStream> write, TimeSpan patience)
    {
        string staged = StagedBeside(path);
        using SafeFileHandle turn = Turn(Path.GetDirectoryName(path)!, patience);
        try
        {
            using (var file = new FileStream(staged, FileMode.Create, FileAccess.Write, FileShare.None))
                write(file);
            File.Move(staged, path, overwrite: true);
        }
        catch
        {
            TryDelete(staged);
            throw;
        }
    }

    /// <summary>Removes the file and what a crash left beside it; neither need be there.</summary>
    /// <exception cref="DirectoryNotFoundException">Not even the directory is.</exception>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for want of permission.</exception>
    public static void Remove(string path)
    {
        using SafeFileHandle turn = Turn(Path.GetDirectoryName(path)!, Patience);
        File.Delete(path);
        TryDelete(StagedBeside(path));
    }

    private static SafeFileHandle Turn(string directory, TimeSpan patience)
    {
        int descriptor = NativeFiles.Open(directory, NativeFiles.O_RDONLY | NativeFiles.O_CLOEXEC, 0);
        if (descriptor < 0)
            throw Failure($"{directory} cannot be opened", Marshal.GetLastPInvokeError());
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        long begun = Stopwatch.GetTimestamp();
        int errno;
        while ((errno = NativeFiles.TryLock(handle)) == NativeFiles.EWOULDBLOCK && Stopwatch.GetElapsedTime(begun) < patience)
            Thread.Sleep(1);
        // Where the file system knows no locks, two writers at once may still meet: one of them fails, and says so.
        if (errno != NativeFiles.EWOULDBLOCK)
            return handle;
        handle.Dispose();
        throw new IOException($"{directory} has been locked by another process for {patience.TotalSeconds:0.##} s; fuser {directory} names it");
    }

    private static Exception Failure(string what, int errno)
    {
        string message = $"{what}: {Marshal.GetPInvokeErrorMessage(errno)}";
        return errno switch
        {
            NativeFiles.ENOENT or NativeFiles.ENOTDIR => new DirectoryNotFoundException(message),
            NativeFiles.EACCES => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }

    private static void TryDelete(string staged)
    {
        try
        {
            File.Delete(staged);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next write of the same file takes it over.
        }
    }
}
