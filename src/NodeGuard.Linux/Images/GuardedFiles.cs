using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using NodeGuard.Core.Files;
using NodeGuard.Core.Images;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Images;

/// <param name="Unreadable">Files, and directories with all below them.</param>
/// <param name="Problem">The first reason why not all is known.</param>
public sealed record GuardedLook(IReadOnlyList<GuardedFile> Files, IReadOnlyList<string> Unreadable, string? Problem);

/// <summary>Reads what is at guarded paths. A file whose inode, size and times have not changed is not read again.</summary>
/// <param name="root">Of the host.</param>
/// <param name="time">The wall clock, which files are dated by.</param>
public sealed class GuardedFiles(HostRoot root, TimeProvider time)
{
    private const int MaxFiles = 20_000;
    private const int MaxDepth = 24;
    private const long MaxFileBytes = 1L << 30;
    private const int Block = 64 * 1024;

    // The clock of a file system ticks every few milliseconds: of two writes in one tick the second would not be seen.
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(2);

    private readonly string _root = root.Map("");
    private Dictionary<string, (FileStat Stat, GuardedFile File)> _known = new(StringComparer.Ordinal);

    /// <param name="guarded">Paths, with all below them.</param>
    /// <param name="leftOut">Paths below those that are not looked at.</param>
    /// <param name="anew">Read every file, whatever is known of it.</param>
    /// <param name="visit">Told each directory before it is listed, and the nearest directory above each path.</param>
    public GuardedLook Read(IReadOnlyList<string> guarded, IReadOnlyList<string> leftOut, bool anew, Action<string>? visit = null)
    {
        var walk = new Walk(this, leftOut, anew ? [] : _known, visit ?? (static _ => { }));
        foreach (string path in guarded)
        {
            walk.Enter(path);
        }

        _known = walk.Known;
        return new GuardedLook([.. walk.Found.Values], walk.Unreadable, walk.Problem);
    }

    /// <summary>A link to /dev/null among the host's units masks one, and is told as that.</summary>
    public static bool IsMask(string path, string? target) =>
        target == "/dev/null" && Path.GetDirectoryName(path) is HoldFile.PersistentUnits or HoldFile.RuntimeUnits;

    private bool IsYoung(FileStat stat)
    {
        long age = ((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100) - stat.ChangedNanoseconds;
        return age < Young.Ticks * 100;
    }

    /// <returns>Null for what is told elsewhere, or is gone.</returns>
    private static GuardedFile? Describe(string path, string real, FileStat stat)
    {
        string mode = Convert.ToString(stat.Permissions, 8).PadLeft(4, '0');
        switch (stat.Kind)
        {
            case FileKind.Link:
                string? target = new FileInfo(real).LinkTarget;
                return target is null || IsMask(path, target) ? null : new GuardedFile(path, GuardedKind.Link) { Target = target };
            case FileKind.File:
                (string sha256, string beginning) = Hash(real, stat);
                return new GuardedFile(path, GuardedKind.File) { Mode = mode, Sha256 = sha256, IsOurs = IsOurs(path, beginning) };
            default:
                return new GuardedFile(path, GuardedKind.Other) { Mode = mode };
        }
    }

    private static bool IsOurs(string path, string beginning) =>
        ((PreventionFile.HasOurName(path) || WayFile.HasOurName(path)) && OwnFile.IsOurs(beginning)) || path.EndsWith(WholeFile.StagedBeside("/" + PreventionFile.Name), StringComparison.Ordinal);

    private static (string Sha256, string Beginning) Hash(string real, FileStat stat)
    {
        if (stat.Size > MaxFileBytes)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it is larger than {MaxFileBytes} bytes"));
        }

        // Not to wait for a writer, should it have become a pipe meanwhile.
        int descriptor = NativeFiles.Open(real, NativeFiles.O_RDONLY | NativeFiles.O_CLOEXEC | NativeFiles.O_NONBLOCK, 0);
        if (descriptor < 0)
        {
            throw new IOException($"it cannot be read: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[(int)Math.Clamp((long)stat.Size + 1, 512, Block)];
        string beginning = "";
        for (long offset = 0; offset <= MaxFileBytes;)
        {
            int length = RandomAccess.Read(handle, block, offset);
            if (length == 0)
            {
                break;
            }

            beginning = offset == 0 ? Encoding.UTF8.GetString(block, 0, Math.Min(length, 256)) : beginning;
            hash.AppendData(block, 0, length);
            offset += length;
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), beginning);
    }

    /// <summary>One look.</summary>
    private sealed class Walk(GuardedFiles files, IReadOnlyList<string> leftOut, Dictionary<string, (FileStat Stat, GuardedFile File)> before, Action<string> visit)
    {
        private readonly string _root = files._root;

        public SortedDictionary<string, GuardedFile> Found { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, (FileStat Stat, GuardedFile File)> Known { get; } = new(StringComparer.Ordinal);

        public List<string> Unreadable { get; } = [];

        public string? Problem { get; private set; }

        public void Enter(string path)
        {
            if (RootedPath.Resolve(_root, path) is not { } real)
            {
                Fail(path, "symbolic links run in a circle");
                return;
            }

            visit(_root + Above(real));
            Look(path, real, depth: 0);
        }

        private void Look(string path, string real, int depth)
        {
            if (Found.ContainsKey(path) || leftOut.Any(top => HostPath.IsBelowOrSame(path, top)))
            {
                return;
            }

            try
            {
                switch (FileStat.Of(_root + real))
                {
                    case null:
                        NotThere(path);
                        break;
                    case { Kind: FileKind.Directory }:
                        List(path, real, depth);
                        break;
                    case { } stat when Found.Count < MaxFiles:
                        Take(path, real, stat);
                        break;
                    default:
                        Fail(path, string.Create(CultureInfo.InvariantCulture, $"more than {MaxFiles} files are guarded; guard less"));
                        break;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Fail(path, e.Message);
            }
        }

        private void List(string path, string real, int depth)
        {
            if (depth == MaxDepth)
            {
                Fail(path, "directories lie too deep in each other");
                return;
            }

            visit(_root + real);
            foreach (string entry in Directory.EnumerateFileSystemEntries(_root + real, "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
            {
                string name = Path.GetFileName(entry);
                Look(path == "/" ? $"/{name}" : $"{path}/{name}", real == "/" ? $"/{name}" : $"{real}/{name}", depth + 1);
            }
        }

        private void Take(string path, string real, FileStat stat)
        {
            if (before.TryGetValue(path, out (FileStat Stat, GuardedFile File) known) && known.Stat == stat)
            {
                Known[path] = known;
                Found[path] = known.File;
                return;
            }

            if (Describe(path, _root + real, stat) is not { } file)
            {
                return;
            }

            Found[path] = file;
            if (!files.IsYoung(stat))
            {
                Known[path] = (stat, file);
            }
        }

        // Gone since it was listed; or a name that is no UTF-8, by which nothing can be opened.
        private void NotThere(string path)
        {
            if (path.Contains('\uFFFD', StringComparison.Ordinal))
            {
                Fail(path, "its name is no UTF-8");
            }
        }

        private void Fail(string path, string reason)
        {
            Unreadable.Add(path);
            Problem ??= $"{path}: {reason}";
        }

        private string Above(string real)
        {
            string? above = Path.GetDirectoryName(real);
            while (above is { Length: > 1 } && !Directory.Exists(_root + above))
            {
                above = Path.GetDirectoryName(above);
            }

            return above ?? "/";
        }
    }
}
