using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Agent.Control;

/// <summary>What is pending on this host, as last looked at.</summary>
public sealed record PendingStatus
{
    public required DateTimeOffset LookedAt { get; init; }

    /// <summary>How long the look took.</summary>
    public required double Seconds { get; init; }

    public required PendingUpdates Updates { get; init; }

    public required RebootNeed Reboot { get; init; }

    /// <summary>Services that run replaced code; null where /proc could not be read.</summary>
    public IReadOnlyList<StaleService>? StaleServices { get; init; }

    public required Hazard Hazard { get; init; }
}

/// <summary>What the rest of the agent, and through its socket the CLI, may ask about pending updates.</summary>
public interface IPendingUpdates
{
    /// <summary>The latest; null until the first look has ended. Cheap.</summary>
    PendingStatus? Latest { get; }

    /// <summary>Looks anew; those who ask during a look share the one that follows it.</summary>
    Task<PendingStatus> LookAsync(CancellationToken cancellation);
}
