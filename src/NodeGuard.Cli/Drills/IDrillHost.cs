namespace NodeGuard.Cli.Drills;

/// <summary>What the drill needs of this host.</summary>
public interface IDrillHost
{
    string HostName { get; }

    /// <summary>Reads the kernel; throws <see cref="DrillException"/> when it cannot.</summary>
    RoutingSnapshot Snapshot();

    /// <summary>Starts to listen to deletions and creations, independently of the agent.</summary>
    IDeletionListener Listen();

    /// <summary>RestartUnit of systemd-networkd.service over D-Bus, until its job is done.</summary>
    Task<NetworkdRestart> RestartNetworkdAsync(CancellationToken cancellation);
}

public interface IDeletionListener : IDisposable
{
    /// <summary>How long nothing was deleted.</summary>
    TimeSpan QuietFor { get; }

    DeletionSummary Stop();
}

/// <summary>Detail: a sentence for people when it was not done.</summary>
public sealed record NetworkdRestart(bool Done, string Detail);

/// <summary>The drill cannot go on; the message says what was wanted, found, and what to do.</summary>
public sealed class DrillException(string message, Exception? cause = null) : Exception(message, cause);
