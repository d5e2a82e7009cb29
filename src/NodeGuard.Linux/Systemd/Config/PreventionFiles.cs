using System.Text;
using NodeGuard.Core.Routing.Prevention;

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
/// Finds, writes and removes the files of prevention. Each file is replaced whole or not at all; a file that is not
/// ours is never touched, even if it appears between plan and application.
/// </summary>
public sealed class PreventionFiles(HostRoot root)
{
    private const UnixFileMode FileMode0644 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode DirectoryMode0755 =
        FileMode0644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The files that exist at the paths that prevention uses, whoever wrote them.</summary>
    public IReadOnlyList<ExistingFile> Find()
    {
        var found = new List<ExistingFile>();
        foreach (var path in Places())
        {
            switch (root.Read(path))
            {
                case FileText.Content content:
                    found.Add(new ExistingFile(path, content.Text));
                    break;
                case FileText.Masked:
                    found.Add(new ExistingFile(path, string.Empty));
                    break;
                case FileText.Unreadable:
                    found.Add(new ExistingFile(path, null));
                    break;
            }
        }

        return found;
    }

    /// <summary>Does what the plan says, each file for itself: one that fails does not keep the others from being done.</summary>
    public IReadOnlyList<FileOutcome> Apply(PreventionPlan plan) =>
        [.. plan.Writes.Select(Write), .. plan.Removals.Select(Remove)];

    private FileOutcome Write(PlannedWrite write)
    {
        if (!IsOursOrMissing(write.Path))
            return NotOurs(write.Path);
        var path = root.Map(write.Path);
        var temporary = Temporary(path);
        try
        {
            CreateDirectories(Path.GetDirectoryName(path)!);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                // Set on the open file, since the process's umask would take from a mode given at creation;
                // networkd reads it as its own user.
                File.SetUnixFileMode(stream.SafeFileHandle, FileMode0644);
                stream.Write(Encoding.UTF8.GetBytes(write.Content));
                stream.Flush(flushToDisk: PreventionFile.IsPersistent(write.Path));
            }

            File.Move(temporary, path, overwrite: true);
            return new FileOutcome(write.Path, FileChange.Written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
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
            File.Delete(path);
            TryDelete(Temporary(path));
            RemoveEmptyDirectory(Path.GetDirectoryName(path)!);
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

    private IEnumerable<string> Places()
    {
        yield return PreventionFile.PersistentGlobal;
        yield return PreventionFile.RuntimeGlobal;
        foreach (var directory in new[] { "/etc/systemd/network", "/run/systemd/network" })
        {
            foreach (var name in DropInDirectories(directory))
                yield return $"{directory}/{name}/{PreventionFile.Name}";
        }

        yield return PreventionFile.Needrestart;
    }

    private IReadOnlyList<string> DropInDirectories(string directory)
    {
        try
        {
            return root.Names(directory, ".network.d");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private bool IsOursOrMissing(string hostPath) => root.Read(hostPath) switch
    {
        FileText.Content content => PreventionFile.IsOurs(content.Text),
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

    /// <summary>Only directories that exist for drop-ins alone; needrestart's belongs to its package.</summary>
    private void RemoveEmptyDirectory(string path)
    {
        if ((path.EndsWith(".network.d", StringComparison.Ordinal) || path.EndsWith("networkd.conf.d", StringComparison.Ordinal)
                || path == root.Map("/run/systemd/network"))
            && !Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
            RemoveEmptyDirectory(Path.GetDirectoryName(path)!);
        }
    }

    // Without the ending .conf, so that systemd never reads it; always the same, so that a crash leaves one at most.
    private static string Temporary(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.tmp");

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next write of the same file takes it over.
        }
    }
}
