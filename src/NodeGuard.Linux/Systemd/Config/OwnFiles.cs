using System.Text;
using NodeGuard.Core.Files;
using NodeGuard.Linux.Files;

namespace NodeGuard.Linux.Systemd.Config;

public enum FileChange
{
    Written,
    Removed,

    /// <summary>Nothing was done; the outcome's reason says why.</summary>
    Refused,
}

/// <summary>What became of one file of a plan.</summary>
public sealed record FileOutcome(string Path, FileChange Change, string? Reason = null);

/// <summary>
/// Writes and removes files of ours. Each is replaced whole or not at all; a file that is not ours is never touched,
/// even if it appears between plan and application.
/// </summary>
/// <param name="root">Of the host.</param>
/// <param name="isDropInDirectory">Whether this path of the host exists for drop-ins alone, so that it goes with the last one.</param>
public sealed class OwnFiles(HostRoot root, Func<string, bool> isDropInDirectory)
{
    private const UnixFileMode FileMode0644 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode DirectoryMode0755 =
        FileMode0644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Does what a plan says, each file for itself: one that fails does not keep the others from being done.</summary>
    public IReadOnlyList<FileOutcome> Apply(IEnumerable<PlannedWrite> writes, IEnumerable<PlannedRemoval> removals) =>
        [.. writes.Select(Write), .. removals.Select(Remove)];

    /// <summary>Null when there is none.</summary>
    public ExistingFile? Find(string path) => root.Read(path) switch
    {
        FileText.Content content => new ExistingFile(path, content.Text),
        FileText.Masked => new ExistingFile(path, string.Empty),
        FileText.Unreadable => new ExistingFile(path, null),
        _ => null,
    };

    private FileOutcome Write(PlannedWrite write)
    {
        if (!IsOursOrMissing(write.Path))
            return NotOurs(write.Path);
        var path = root.Map(write.Path);
        try
        {
            CreateDirectories(Path.GetDirectoryName(path)!);
            WholeFile.Replace(path, file =>
            {
                // Set on the open file, since the process's umask would take from a mode given at creation;
                // networkd reads it as its own user.
                File.SetUnixFileMode(file.SafeFileHandle, FileMode0644);
                file.Write(Encoding.UTF8.GetBytes(write.Content));
                file.Flush(flushToDisk: write.Path.StartsWith("/etc/", StringComparison.Ordinal));
            });
            return new FileOutcome(write.Path, FileChange.Written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileOutcome(write.Path, FileChange.Refused,
                $"{write.Path}: could not be written ({e.Message}); it must be on a writable file system with free space, and we must be root");
        }
    }

    private FileOutcome Remove(PlannedRemoval removal)
    {
        if (!IsOursOrMissing(removal.Path))
            return NotOurs(removal.Path);
        var path = root.Map(removal.Path);
        try
        {
            WholeFile.Remove(path);
            RemoveEmptyDirectory(Path.GetDirectoryName(removal.Path)!);
            return new FileOutcome(removal.Path, FileChange.Removed);
        }
        catch (Exception e) when (e is DirectoryNotFoundException)
        {
            return new FileOutcome(removal.Path, FileChange.Removed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileOutcome(removal.Path, FileChange.Refused,
                $"{removal.Path}: could not be removed ({e.Message}); remove it by hand as root");
        }
    }

    private bool IsOursOrMissing(string hostPath) => root.Read(hostPath) switch
    {
        FileText.Content content => OwnFile.IsOurs(content.Text),
        FileText.Missing => true,
        _ => false,
    };

    private static FileOutcome NotOurs(string path) =>
        new(path, FileChange.Refused, $"{path}: is there and is not NodeGuard's, so it was left alone; rename or remove it");

    private static void CreateDirectories(string path)
    {
        if (Directory.Exists(path))
            return;
        CreateDirectories(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, DirectoryMode0755);
    }

    private void RemoveEmptyDirectory(string path)
    {
        if (isDropInDirectory(path) && !Directory.EnumerateFileSystemEntries(root.Map(path)).Any())
        {
            Directory.Delete(root.Map(path));
            RemoveEmptyDirectory(Path.GetDirectoryName(path)!);
        }
    }
}
