using System.Runtime.CompilerServices;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Tests.Fakes;

internal sealed class FakeGuard : IRouteGuard
{
    public GuardStatus Status { get; set; } = Samples.Status;

    public IReadOnlyList<EpisodeRecord> Episodes { get; set; } = [Samples.Episode, Samples.Observed];

    public IReadOnlyList<LedgerObject> Objects { get; set; } = Samples.Objects;

    public IReadOnlyList<LedgerDifference> Differences { get; set; } = Samples.Differences;

    public RestoreReport Report { get; set; } = new(1, 1, []);

    public IReadOnlyList<RouteEvent> Events { get; set; } = Samples.Events;

    /// <summary>Whether a watch ends after the events, or stays open as a real one does.</summary>
    public bool WatchEnds { get; set; } = true;

    public int Restores { get; private set; }

    public HashSet<string> Pins { get; } = [];

    public Task<IReadOnlyList<LedgerObject>> ListAsync(CancellationToken cancellation) => Task.FromResult(Objects);

    public Task<IReadOnlyList<LedgerDifference>> DiffAsync(CancellationToken cancellation) => Task.FromResult(Differences);

    public Task<RestoreReport> RestoreAsync(CancellationToken cancellation)
    {
        Restores++;
        return Task.FromResult(Report);
    }

    public Task<PinOutcome> PinAsync(string objectId, CancellationToken cancellation) => Task.FromResult(
        Objects.Any(item => item.Id == objectId) && Pins.Add(objectId)
            ? new PinOutcome(true, $"Pinned {objectId}.")
            : new PinOutcome(false, $"There is no object {objectId} to pin."));

    public Task<PinOutcome> UnpinAsync(string objectId, CancellationToken cancellation) => Task.FromResult(
        Pins.Remove(objectId) ? new PinOutcome(true, $"Unpinned {objectId}.") : new PinOutcome(false, $"{objectId} is not pinned."));

    public async IAsyncEnumerable<RouteEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var item in Events)
            yield return item;
        if (!WatchEnds)
            await Task.Delay(Timeout.Infinite, cancellation);
    }
}
