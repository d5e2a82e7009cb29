using System.Text;
using NodeGuard.Core.Images;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Images;

/// <summary>The newest runs of apt on a host.</summary>
public sealed class AptHistoryFile(HostRoot root)
{
    private const string Log = "/var/log/apt/history.log";

    // A distribution upgrade writes some 200 KB.
    private const int Tail = 512 * 1024;

    private (FileStat Stat, IReadOnlyList<AptRun> Runs)? _known;

    /// <summary>Oldest first; null where it cannot be read.</summary>
    public IReadOnlyList<AptRun>? Read()
    {
        try
        {
            if (FileStat.Of(root.Map(Log)) is not { Kind: FileKind.File } stat)
            {
                return null;
            }

            if (_known is not { } known || known.Stat != stat)
            {
                _known = (stat, AptHistoryReader.Read(ReadTail()));
            }

            return _known.Value.Runs;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string ReadTail()
    {
        using var file = new FileStream(root.Map(Log), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(Tail, file.Length), SeekOrigin.End);
        byte[] content = new byte[Tail];
        int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(content, 0, length);
    }
}
