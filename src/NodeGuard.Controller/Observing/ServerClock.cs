using Microsoft.Extensions.Logging;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Observing;

/// <summary>
/// The time of day by the API server, which all that is compared with it is by: births, deadlines, a node's readiness. A
/// steady clock carries it on, so that a machine whose own clock is wrong, or is set, ends nothing too early or too late.
/// </summary>
internal sealed partial class ServerClock(IKubeApi api, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    // A creationTimestamp has whole seconds.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WorthAWord = TimeSpan.FromMinutes(1);

    private (DateTimeOffset At, long Taken)? _known;
    private long? _asked;

    /// <summary>The server's time; our own as long as it has not told.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellation)
    {
        if (_asked is not { } asked || time.GetElapsedTime(asked) >= Every)
            await AskAsync(cancellation);
        return _known is { } known ? known.At + time.GetElapsedTime(known.Taken) : time.GetUtcNow();
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        long before = time.GetTimestamp();
        // Nothing is stored; the answer has the time at which it would have been.
        var never = new NodeRecycle
        {
            Metadata = new ObjectMeta { Name = "nodeguard-asks-the-time" },
            Spec = new NodeRecycleSpec { NodeName = "nodeguard-asks-the-time", Reasons = [nameof(RecycleReason.Manual)], RequestedBy = ControllerNames.FieldManager },
        };
        if (await api.CreateAsync(ResourceTypes.NodeRecycles, never, new WriteOptions(ControllerNames.FieldManager, DryRun: true), cancellation)
            is not ApiResult<NodeRecycle>.Ok { Value.Metadata.CreationTimestamp: { } told })
        {
            return;
        }

        TimeSpan took = time.GetElapsedTime(before);
        _asked = before;
        if (_known is { } known && (told - (known.At + time.GetElapsedTime(known.Taken, before))).Duration() <= took + Tolerance)
            return;
        _known = (told, before);
        TimeSpan ahead = time.GetUtcNow() - took - told;
        if (ahead.Duration() > took + WorthAWord)
            OwnClockIsOff(log, ahead);
    }

    [LoggerMessage(1, LogLevel.Warning, "this machine's clock is {Ahead} ahead of the API server's, by which NodeGuard goes: set one of them right")]
    private static partial void OwnClockIsOff(ILogger log, TimeSpan ahead);
}
