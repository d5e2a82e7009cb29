using System.Text;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Packages.Ways;

/// <summary>The file that says that updates are held now.</summary>
/// <param name="root">In which /run/nodeguard is the host's, and can be written.</param>
/// <param name="time">By which the mark ages.</param>
public sealed class HoldMarkFile(HostRoot root, TimeProvider time)
{
    // What apt runs as another user reads it too.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _path = root.Map(HoldMark.Path);

    /// <summary>Null when there is none.</summary>
    public ExistingMark? Find() => root.Read(HoldMark.Path) switch
    {
        FileText.Content content => new ExistingMark(content.Text, File.GetLastWriteTimeUtc(_path)),
        FileText.Missing => null,
        _ => new ExistingMark(null, File.GetLastWriteTimeUtc(_path)),
    };

    /// <returns>Null when it is done; otherwise why not.</returns>
    public string? Carry(MarkStep step, string content)
    {
        try
        {
            if (step is MarkStep.Remove)
                WholeFile.Remove(_path);
            else if (step is MarkStep.Write)
                Write(content);
            return null;
        }
        catch (DirectoryNotFoundException) when (step is MarkStep.Remove)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{HoldMark.Path} could not be {(step is MarkStep.Write ? "written, so apt and needrestart are not held" : "removed, so apt and needrestart are held still")} ({e.Message}); run as root";
        }
    }

    private void Write(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        WholeFile.Replace(_path, file =>
        {
            file.Write(Encoding.UTF8.GetBytes(content));
            file.Flush();
            File.SetUnixFileMode(file.SafeFileHandle, Mode);
            File.SetLastWriteTimeUtc(file.SafeFileHandle, time.GetUtcNow().UtcDateTime);
        });
    }
}
