using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Hosting.Loops;

namespace NodeGuard.Agent.Hosting;

/// <summary>The hold of updates as the agent's host runs, reloads and ends it.</summary>
public interface IHostedHold : IUpdateHold, IDisposable
{
    Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation);

    void Reload(UpdateOptions options);
}
