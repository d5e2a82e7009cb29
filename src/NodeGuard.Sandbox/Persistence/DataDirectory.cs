using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Hosting;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Persistence;

/// <summary>
/// Keeps a store's objects in a directory over restarts: a snapshot, and a log of the writes since. A write is on disk within
/// a moment, not before it is answered: what a sandbox's crash loses are its last milliseconds.
/// </summary>
public sealed class DataDirectory : IAsyncDisposable
{
    // A crash may have lost the last writes, which clients have seen: their revisions are never given out again.
    private const long LostAtMost = 10_000;

    private readonly ObjectStore _store;
    private readonly Action<string> _say;
    private readonly FileStream _lock;
    private readonly FileStream _log;
    private readonly ConcurrentQueue<StoreEvent> _written = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Task _writer;
    private int _pending;
    private volatile bool _stopping;

    private DataDirectory(ObjectStore store, Action<string> say, FileStream held, FileStream log)
    {
        _store = store;
        _say = say;
        _lock = held;
        _log = log;
        store.Committed += OnCommitted;
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Fills an empty store from the directory, which is made when it is absent, and keeps it from then on.</summary>
    /// <param name="directory">For one sandbox at a time.</param>
    /// <param name="store">Without objects.</param>
    /// <param name="say">Gets what is amiss and does no harm: a last write that a crash has cut short, a disk that is full.</param>
    /// <exception cref="SandboxException">The directory is in use, or what is in it cannot be read.</exception>
    public static DataDirectory Open(string directory, ObjectStore store, Action<string> say)
    {
        FileStream held = Guarded(directory, "cannot be used, or another sandbox uses it", () =>
        {
            Directory.CreateDirectory(directory);
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        });
        try
        {
            return Guarded(directory, "cannot be read and written", () =>
            {
                Fill(directory, store, say);
                return new DataDirectory(store, say, held, new FileStream(LogPath(directory), FileMode.Append, FileAccess.Write, FileShare.Read));
            });
        }
        catch (SandboxException)
        {
            held.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _store.Committed -= OnCommitted;
        _stopping = true;
        _wake.Release();
        await _writer;
        await _log.DisposeAsync();
        await _lock.DisposeAsync();
        _wake.Dispose();
    }

    private static T Guarded<T>(string directory, string problem, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException($"--data {directory} {problem}: {broken.Message}", broken);
        }
    }

    private static void Fill(string directory, ObjectStore store, Action<string> say)
    {
        var state = new Dictionary<(string Resource, string Key), JsonObject>();
        long revision = 0;
        (string snapshot, string log) = (SnapshotPath(directory), LogPath(directory));
        if (Path.Exists(snapshot))
        {
            (revision, string problem) = StoreLog.Replay(File.ReadLines(snapshot), state);
            if (problem.Length > 0)
            {
                throw new SandboxException(
                    $"{snapshot}: {problem}. It is written whole or not at all, so something else has changed it: "
                    + "put it back, or choose another directory with --data");
            }
        }

        if (Path.Exists(log))
        {
            (long last, string problem) = StoreLog.Replay(File.ReadLines(log), state);
            revision = Math.Max(revision, last);
            if (problem.Length > 0)
            {
                string aside = $"{log}.{revision.ToString(CultureInfo.InvariantCulture)}.torn";
                File.Copy(log, aside, overwrite: true);
                say($"{log}: {problem}; the writes before it are kept, the whole file is kept as {aside}");
            }
        }

        revision = revision == 0 ? 1 : revision + LostAtMost;
        Save(directory, state, revision);
        foreach (((string resource, string key), JsonObject item) in state)
        {
            store.Load(resource, key, item);
        }

        store.Resume(revision);
    }

    private static string SnapshotPath(string directory) => Path.Combine(directory, "snapshot");

    private static string LogPath(string directory) => Path.Combine(directory, "log");

    // The snapshot first, whole or not at all; a crash before the log is emptied replays writes that are in it already.
    private static void Save(string directory, Dictionary<(string Resource, string Key), JsonObject> state, long revision)
    {
        string staged = SnapshotPath(directory) + ".new";
        using (var file = new FileStream(staged, FileMode.Create, FileAccess.Write))
        using (var text = new StreamWriter(file, new UTF8Encoding(false)))
        {
            foreach (((string resource, string key), JsonObject item) in state)
            {
                text.Write(string.Create(CultureInfo.InvariantCulture, $"{revision} {resource} + {StoreLog.Escape(key)} {item.ToJsonString()}\n"));
            }

            text.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(staged, SnapshotPath(directory), overwrite: true);
        File.WriteAllText(LogPath(directory), "");
    }

    private void OnCommitted(StoreEvent entry)
    {
        _written.Enqueue(entry);
        if (Interlocked.Exchange(ref _pending, 1) == 0)
        {
            _wake.Release();
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await FollowAsync();
        }
        catch (IOException broken)
        {
            _store.Committed -= OnCommitted;
            _written.Clear();
            _say($"{_log.Name} cannot be written: {broken.Message}. Nothing is kept from now on; the sandbox runs on");
        }
    }

    private async Task FollowAsync()
    {
        var text = new StringBuilder();
        while (!_stopping || !_written.IsEmpty)
        {
            await _wake.WaitAsync(_stopping ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
            Interlocked.Exchange(ref _pending, 0);
            while (_written.TryDequeue(out StoreEvent? entry))
            {
                StoreLog.Append(text, entry);
                if (text.Length > 1 << 20)
                {
                    await FlushAsync(text);
                }
            }

            await FlushAsync(text);
        }
    }

    private async Task FlushAsync(StringBuilder text)
    {
        await _log.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
        await _log.FlushAsync();
        text.Clear();
    }
}
