using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Persistence;

/// <summary>
/// Keeps a store's objects in a directory over restarts: a snapshot, and a log of the writes since. A write is on disk within
/// a moment, not before it is answered: what a sandbox's crash loses are its last milliseconds.
/// </summary>
public sealed class DataDirectory : IAsyncDisposable
{
    private readonly string _directory;
    private readonly ObjectStore _store;
    private readonly ConcurrentQueue<StoreEvent> _written = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly FileStream _log;
    private readonly Task _writer;
    private int _pending;
    private volatile bool _stopping;

    private DataDirectory(string directory, ObjectStore store)
    {
        _directory = directory;
        _store = store;
        _log = new FileStream(LogPath(directory), FileMode.Append, FileAccess.Write, FileShare.Read);
        store.Committed += OnCommitted;
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Fills an empty store from the directory, which is made when it is absent, and keeps it from then on.</summary>
    /// <param name="directory">For one sandbox at a time.</param>
    /// <param name="store">Without objects.</param>
    /// <param name="say">Gets what was found and could not be read; such a file is set aside, never lost.</param>
    public static DataDirectory Open(string directory, ObjectStore store, Action<string> say)
    {
        Directory.CreateDirectory(directory);
        var state = new Dictionary<(string Resource, string Key), JsonObject>();
        long revision = 1;
        foreach (string path in (string[])[SnapshotPath(directory), LogPath(directory)])
        {
            if (!File.Exists(path))
            {
                continue;
            }

            (long last, string problem) = StoreLog.Replay(File.ReadLines(path), state);
            revision = Math.Max(revision, last);
            if (problem.Length > 0)
            {
                string aside = $"{path}.{revision.ToString(CultureInfo.InvariantCulture)}.torn";
                File.Copy(path, aside, overwrite: true);
                say($"{path}: {problem}; the objects up to it are kept, the whole file is kept as {aside}");
            }
        }

        Save(directory, state, revision);
        foreach (((string resource, string key), JsonObject item) in state)
        {
            store.Load(resource, key, item);
        }

        store.Resume(revision);
        return new DataDirectory(directory, store);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Committed -= OnCommitted;
        _stopping = true;
        _wake.Release();
        await _writer;
        await _log.DisposeAsync();
        _wake.Dispose();
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
        File.Delete(LogPath(directory));
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
