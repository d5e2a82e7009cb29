using System.Collections.Concurrent;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Controller.Recycles;

/// <summary>
/// Since when this term has watched each recycle in its phase. What happened while no controller led, or while the server was
/// away, has to be seen before anybody says that a phase's time is over.
/// </summary>
internal sealed class PhaseWatch
{
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (RecyclePhase Phase, DateTimeOffset Since)> _since = new();

    /// <summary>It was watched in this phase for long enough to say that its time is over.</summary>
    public bool IsLongEnough(RecycleContext recycle, RecyclePhase phase)
    {
        var (watched, since) = _since.GetOrAdd(recycle.Uid, (phase, recycle.Now));
        if (watched == phase)
            return recycle.Now - since >= Least;
        _since[recycle.Uid] = (phase, recycle.Now);
        return false;
    }

    public void Forget(string recycleUid) => _since.TryRemove(recycleUid, out _);
}
