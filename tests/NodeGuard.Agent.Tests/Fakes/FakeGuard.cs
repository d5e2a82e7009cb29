using System.Runtime.CompilerServices;
using System.Threading.Channels;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Agent.Tests.Fakes;

/// <summary>A guard whose answers a test sets.</summary>
internal sealed class FakeGuard : IHostedGuard
{
    public const string ObjectId = "0123456789ab";

    private readonly Channel<RouteEvent> _events = Channel.CreateUnbounded<RouteEvent>();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GuardStatus Status { get; set; } = new()
    {
        State = GuardState.Guarding,
        Mode = GuardMode.Restore,
        Problems = [],
        NetworkdVersion = "257.8-1~deb13u1",
        Networkd = "running",
        NetworkdPortIds = [1],
        Foreign = new ObjectCounts(1, 2, 30, 40),
        NetworkdOwned = new ObjectCounts(1, 0, 2, 0),
        Missing = ObjectCounts.None,
        Pinned = 1,
        LedgerFull = false,
        ThreadPriority = "fifo",
        StartedAt = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero),
    };

    public IReadOnlyList<EpisodeRecord> Episodes { get; set; } = [];

    public IReadOnlyList<LedgerObject> Objects { get; set; } =
    [
        new() { Id = ObjectId, Kind = "rule", Family = "inet", Text = "100: from 10.0.0.0/8 lookup 5", Owner = "foreign", State = "present", Pinned = false, Guarded = true, Restored = 0 },
    ];

    public Exception? ListFailure { get; set; }

    public List<string> Calls { get; } = [];

    public AgentOptions? Reloaded { get; private set; }

    public bool Started { get; private set; }

    public bool Disposed { get; private set; }

    public TaskCompletionSource WatcherLeft { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Func<Task> OnStart { get; set; } = () => Task.CompletedTask;

    public Task Completion => _completion.Task;

    public IReadOnlyList<AgentLoop> Loops { get; set; } = [];

    public void Fail(Exception reason) => _completion.SetException(reason);

    public void Emit(RouteEvent happened) => _events.Writer.TryWrite(happened);

    public async Task StartAsync(CancellationToken cancellation)
    {
        await OnStart();
        Started = true;
    }

    public void Reload(AgentOptions options) => Reloaded = options;

    public Task<IReadOnlyList<LedgerObject>> ListAsync(CancellationToken cancellation) =>
        ListFailure is null ? Task.FromResult(Objects) : Task.FromException<IReadOnlyList<LedgerObject>>(ListFailure);

    public Task<IReadOnlyList<LedgerDifference>> DiffAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<LedgerDifference>>([new LedgerDifference("missing", Objects[0])]);

    public Task<RestoreReport> RestoreAsync(CancellationToken cancellation)
    {
        Calls.Add("restore");
        return Task.FromResult(new RestoreReport(2, 1, [new NotRestorableObject("10.0.0.0/8 via 10.1.1.1", "no route to the gateway")]));
    }

    public Task<PinOutcome> PinAsync(string objectId, CancellationToken cancellation) => Pin("pin", objectId);

    public Task<PinOutcome> UnpinAsync(string objectId, CancellationToken cancellation) => Pin("unpin", objectId);

    public async IAsyncEnumerable<RouteEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            await foreach (RouteEvent happened in _events.Reader.ReadAllAsync(cancellation))
            {
                yield return happened;
            }
        }
        finally
        {
            WatcherLeft.TrySetResult();
        }
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    private Task<PinOutcome> Pin(string verb, string objectId)
    {
        Calls.Add($"{verb} {objectId}");
        return Task.FromResult(objectId == ObjectId
            ? new PinOutcome(true, $"{verb}ned {objectId}")
            : new PinOutcome(false, $"no object {objectId} is in the ledger"));
    }
}
