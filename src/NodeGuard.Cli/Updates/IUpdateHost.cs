using NodeGuard.Agent.Updates;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Core.Updates;

namespace NodeGuard.Cli.Updates;

/// <summary>What the commands about updates need of this host.</summary>
public interface IUpdateHost : IDisposable
{
    bool IsReleased { get; }

    bool HasPermit { get; }

    /// <summary>Looks, and changes nothing.</summary>
    Task<HoldPlan> PlanAsync(HoldWish wish, CancellationToken cancellation);

    Task<HoldResult> RunAsync(HoldWish wish, CancellationToken cancellation);

    /// <summary>Looks at what installs or restarts besides the units, and changes nothing.</summary>
    Task<WaysResult> PlanWaysAsync(WaysWish wish, string stateDirectory, CancellationToken cancellation);

    Task<WaysResult> RunWaysAsync(WaysWish wish, string stateDirectory, CancellationToken cancellation);

    /// <summary>Tells an agent that a person wants updates to run, or no longer does; null when told, else why not.</summary>
    string? SetReleased(bool released);
}
