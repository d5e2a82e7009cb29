using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Metrics;
using NodeGuard.Core.Routing.Recovery;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Saves the ledger within a second of its change, at most once a second and never for more than a small share of the time.
/// </summary>
internal sealed partial class LedgerKeeper : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A save of n milliseconds is followed by a pause of 30 n: a large ledger under constant change costs 3 % of a core.
    private const int PauseFactor = 30;

    private readonly GuardThread _thread;
    private readonly LedgerStore _store;
    private readonly AgentMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<LedgerBinding> _binding;
    private readonly WakeSignal _wake = new();
    private readonly LedgerWatch _watch;
    private readonly LedgerSnapshot _snapshot = new();
    private long _savedVersion = -1;
    private LedgerBinding? _savedBinding;

    public LedgerKeeper(
        GuardThread thread, LedgerStore store, AgentMetrics metrics, TimeProvider time, ILogger log, Func<LedgerBinding> binding)
    {
        _thread = thread;
        _store = store;
        _metrics = metrics;
        _time = time;
        _log = log;
        _binding = binding;
        _watch = thread.WatchLedger(_wake.Set);
    }

    /// <summary>Why the last save failed; null when it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>What the ledger is bound to may have changed.</summary>
    public void Hint()
    {
        if (_binding() != _savedBinding)
        {
            _wake.Set();
        }
    }

    public void Dispose() => _wake.Dispose();

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        TimeSpan pause = Interval;
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            _watch.Arm(_savedVersion);
            if (Problem is not null || await _wake.WaitAsync(Beat.Next, cancellation))
            {
                await Task.Delay(pause, _time, cancellation);
                heartbeat.Beat();
            }

            long started = _time.GetTimestamp();
            await SaveAsync(cancellation);
            TimeSpan longest = Beat.Interval;
            pause = Interval + (_time.GetElapsedTime(started) * PauseFactor);
            pause = pause < longest ? pause : longest;
        }
    }

    /// <summary>Saves when something has changed since the last save.</summary>
    public async Task SaveAsync(CancellationToken cancellation)
    {
        LedgerBinding binding = _binding();
        if (_thread.Guard.Ledger.Version == _savedVersion && binding == _savedBinding && Problem is null)
        {
            return;
        }

        await _snapshot.TakeAsync(_thread, cancellation);
        byte[] file = LedgerCodec.Write(binding, Clock.BoottimeNanoseconds(), Objects());
        string? problem = _store.Write(file);
        if (problem is null)
        {
            _savedVersion = _snapshot.Version;
            _savedBinding = binding;
            _metrics.LedgerWritten(file.Length, _time.GetUtcNow());
        }
        else
        {
            _metrics.LedgerWriteFailed();
            if (Problem is null)
            {
                LogProblem(_log, problem);
            }
        }

        Problem = problem;
    }

    /// <summary>In the order of restoring. The file has one instant for all lifetimes: that of the snapshot.</summary>
    private SavedObject[] Objects()
    {
        _snapshot.Sort(static (left, right) => left.Entry.Facts.Stage != right.Entry.Facts.Stage
            ? left.Entry.Facts.Stage.CompareTo(right.Entry.Facts.Stage)
            : left.Order.CompareTo(right.Order));
        var objects = new SavedObject[_snapshot.Entries.Length];
        for (int i = 0; i < objects.Length; i++)
        {
            ref readonly EntrySnapshot entry = ref _snapshot.Entries[i];
            string link = _thread.LinkTable.NameOf(entry.Entry.Facts.LinkIndex) ?? "";
            objects[i] = new SavedObject(entry.Owner, entry.Pinned, link, entry.CopyRequest()) { Secondary = entry.Secondary };
        }

        _snapshot.Clear();
        return objects;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogProblem(ILogger log, string problem);
}
