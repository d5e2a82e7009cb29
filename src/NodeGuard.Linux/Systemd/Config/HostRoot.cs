using System.Text;

namespace NodeGuard.Linux.Systemd.Config;

/// <summary>The host's file system below a directory: "/" on the host, a mount of it in a container, a fixture in tests.</summary>
public sealed class HostRoot(string directory = "/")
{
    private const int MaxFileBytes = 1024 * 1024;
    private const int MaxLinks = 16;

    private readonly string _directory = directory.TrimEnd('/');

    /// <summary>Where the host's absolute path is seen from here.</summary>
    public string Map(string hostPath) => _directory + hostPath;

    /// <summary>What the path finally points to on the host, absolute links taken below the root; null when links run in a circle.</summary>
    public string? Resolve(string hostPath)
    {
        var path = hostPath;
        for (var links = 0; links < MaxLinks; links++)
        {
            var target = new FileInfo(Map(path)).LinkTarget;
            if (target is null)
                return path;
            path = target.StartsWith('/') ? target : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, target), "/");
        }

        return null;
    }

    public bool Exists(string hostPath)
    {
        var resolved = Resolve(hostPath);
        return resolved is not null && (File.Exists(Map(resolved)) || Directory.Exists(Map(resolved)));
    }

    /// <summary>The names of the entries that end so, in ordinal order; none where there is no such directory.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be read.</exception>
    public IReadOnlyList<string> Names(string hostDirectory, string ending)
    {
        var path = Map(hostDirectory);
        if (!Directory.Exists(path))
            return [];
        return
        [
            .. Directory.EnumerateFileSystemEntries(path)
                .Select(entry => Path.GetFileName(entry))
                .Where(name => name.EndsWith(ending, StringComparison.Ordinal) && !name.StartsWith('.'))
                .Order(StringComparer.Ordinal),
        ];
    }

    public FileText Read(string hostPath)
    {
        try
        {
            var resolved = Resolve(hostPath);
            if (resolved is null)
                return new FileText.Unreadable($"{hostPath}: its symbolic links run in a circle; remove them");
            if (resolved == "/dev/null")
                return new FileText.Masked();
            using var stream = new FileStream(Map(resolved), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = ReadBounded(stream);
            return bytes.Length switch
            {
                0 => new FileText.Masked(),
                > MaxFileBytes => new FileText.Unreadable($"{hostPath}: larger than {MaxFileBytes} bytes, which no file of settings is; not read"),
                _ => new FileText.Content(Encoding.UTF8.GetString(bytes)),
            };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FileText.Missing();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileText.Unreadable($"{hostPath}: could not be read ({e.Message}); run as root, or make it readable");
        }
    }

    /// <summary>At most one byte more than is allowed, whatever length the file claims.</summary>
    private static ReadOnlySpan<byte> ReadBounded(FileStream stream)
    {
        var buffer = new byte[Math.Clamp(stream.CanSeek ? stream.Length + 1 : 4096, 4096, MaxFileBytes + 1)];
        var length = 0;
        while (true)
        {
            length += stream.ReadAtLeast(buffer.AsSpan(length), buffer.Length - length, throwOnEndOfStream: false);
            if (length < buffer.Length || length > MaxFileBytes)
                return buffer.AsSpan(0, length);
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxFileBytes + 1));
        }
    }
}

/// <summary>What is at a path.</summary>
public abstract record FileText
{
    private FileText()
    {
    }

    public sealed record Content(string Text) : FileText;

    /// <summary>An empty file or a link to /dev/null: systemd's way to switch off a file of the same name elsewhere.</summary>
    public sealed record Masked : FileText;

    public sealed record Missing : FileText;

    public sealed record Unreadable(string Problem) : FileText;
}
