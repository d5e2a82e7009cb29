using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Guarding;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Routing.Recovery;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

/// <summary>When the ledger is saved, on a clock that a test moves.</summary>
[Trait("Needs", "root")]
public sealed class LedgerKeeperTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // A save that took long is followed by a longer pause, a beat at most.
    private static readonly TimeSpan Longest = Beat.Interval;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestNamespace _namespace = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly PrometheusExposition _exposition = new();
    private readonly AgentMetrics _metrics;
    private readonly CancellationTokenSource _stop = new();
    private readonly GuardThread _guard;
    private readonly LedgerKeeper _keeper;

    public LedgerKeeperTests()
    {
        _metrics = new AgentMetrics(_exposition, "1");
        _guard = _namespace.Inside(() => new GuardThread(
            new GuardThreadOptions(), new NetlinkAuthors("/proc"), FlightMark.Open(_directory.File("flight"))));
        _keeper = new LedgerKeeper(
            _guard, new LedgerStore(_directory.Path), _metrics, _time, NullLogger.Instance, static () => new LedgerBinding("boot", 1, null));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _guard.Dispose();
        _keeper.Dispose();
        _metrics.Dispose();
        _exposition.Dispose();
        _namespace.Dispose();
        _directory.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task AChangeIsSavedASecondLaterWithWhatCameMeanwhile()
    {
        _guard.Start();
        await _guard.Started.WaitAsync(Patience);
        Task running = _keeper.RunAsync(new LoopHeartbeats(_time).Register("ledger", Patience), _stop.Token);
        await _time.UntilTimerWithin(Second).WaitAsync(Patience);
        _time.Advance(Second);
        await Eventually.TrueAsync(() => Saved is not null, "what is there at the start is saved");
        int atFirst = Saved!.Objects.Count;

        _namespace.Ip("rule", "add", "from", "10.9.0.0/24", "lookup", "1000", "priority", "1000");
        await _time.UntilTimerWithin(Longest).WaitAsync(Patience);
        _namespace.Ip("rule", "add", "from", "10.9.1.0/24", "lookup", "1000", "priority", "1001");
        await _guard.ReadKernelAsync(CancellationToken.None).WaitAsync(Patience);
        Saved!.Objects.Count.ShouldBe(atFirst, "not before the pause is over");

        _time.Advance(Longest);
        await Eventually.TrueAsync(() => Saved!.Objects.Count == atFirst + 2, "both rules are saved");
        await _stop.CancelAsync();
        await Task.WhenAny(running);
    }

    private LedgerReading.Whole? Saved => new LedgerStore(_directory.Path).Read() as LedgerReading.Whole;
}
