using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Metrics;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Recovery;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Netlink;
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

        (long version, SavedObject[] objects) = await _thread.AskAsync(Snapshot, cancellation);
        byte[] file = LedgerCodec.Write(binding, Clock.BoottimeNanoseconds(), objects);
        string? problem = _store.Write(file);
        if (problem is null)
        {
            _savedVersion = version;
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

    private static (long Version, SavedObject[] Objects) Snapshot(GuardThread thread)
    {
        Ledger ledger = thread.Guard.Ledger;
        LedgerEntry[] entries = [.. ledger.Entries.Where(entry => entry.State != EntryState.Retracting)];
        Array.Sort(entries, static (left, right) => left.Facts.Stage != right.Facts.Stage
            ? left.Facts.Stage.CompareTo(right.Facts.Stage)
            : left.Order.CompareTo(right.Order));
        long now = Clock.MonotonicNanoseconds();
        return (ledger.Version, [.. entries.Select(entry => new SavedObject(
            entry.Owner, entry.Pinned, thread.LinkTable.NameOf(entry.Facts.LinkIndex) ?? "", RequestAt(entry, now))
        {
            Secondary = entry.ShouldBeSecondary,
        })]);
    }

    /// <summary>The file has one instant for all lifetimes: its own.</summary>
    private static byte[] RequestAt(LedgerEntry entry, long now)
    {
        byte[] request = entry.Request.ToArray();
        RequestForms.Age(request, entry.LifetimeSpent(now));
        return request;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogProblem(ILogger log, string problem);
}
