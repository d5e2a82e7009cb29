using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Hosting.Loops;

namespace NodeGuard.Agent.Hosting;

/// <summary>The hold of updates as the agent's host runs, reloads and ends it.</summary>
public interface IHostedHold : IUpdateHold, IDisposable
{
    Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation);

    /// <summary>What the last look has shown; null before the first.</summary>
    UpdatesStatus? Latest { get; }

    void Reload(UpdateOptions options);

    /// <summary>The fleet wants updates held, or has no part in it; said as often as one likes.</summary>
    void FleetWishes(bool held);
}
