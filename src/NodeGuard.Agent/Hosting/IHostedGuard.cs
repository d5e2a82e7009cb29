using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;

namespace NodeGuard.Agent.Hosting;

/// <summary>The route guard as the agent's host starts, reloads and stops it.</summary>
public interface IHostedGuard : IRouteGuard, IAsyncDisposable
{
    /// <summary>Ends when deletions are being answered; everything that is not needed for that comes later.</summary>
    /// <exception cref="InvalidOperationException">The environment does not let the guard work at all.</exception>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Never ends while the guard works; fails with the reason when it cannot go on.</summary>
    Task Completion { get; }

    /// <summary>The slower loops behind the guard: ledger file, verification, networkd's state, metrics, journal.</summary>
    IReadOnlyList<AgentLoop> Loops { get; }

    /// <summary>Takes over the mode and the filters; all else is as it was at the start.</summary>
    void Reload(AgentOptions options);
}
