using System.Net;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Updates;

namespace NodeGuard.Agent.Configuration;

/// <summary>The agent's whole configuration, checked; replaced as one on a reload, never changed.</summary>
public sealed record AgentOptions
{
    public required RouteOptions Routes { get; init; }

    public required UpdateOptions Updates { get; init; }

    public required HttpOptions Http { get; init; }

    public required LogOptions Log { get; init; }

    /// <summary>Ledger and history; may be read-only or full, which costs memory across restarts and nothing else.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Lock file and control socket.</summary>
    public required string RuntimeDirectory { get; init; }

    /// <summary>Where the host's /proc is mounted.</summary>
    public required string ProcRoot { get; init; }

    /// <summary>SO_RCVBUFFORCE of the notification socket.</summary>
    public required int ReceiveBufferBytes { get; init; }

    /// <summary>SCHED_FIFO priority of the guard thread; 0 leaves it a normal thread.</summary>
    public required int RealtimePriority { get; init; }

    /// <summary>Null: this host is in no cluster, and nobody is told.</summary>
    public ClusterOptions? Cluster { get; init; }
}

/// <param name="Node">The name of this host's Node.</param>
/// <param name="Kubeconfig">Null: the pod's own account.</param>
/// <param name="HostRoot">Where the host's /etc and /run are, without a slash at the end; empty for this root.</param>
/// <param name="MayReboot">Whether the host is rebooted when its GuardedNode asks for it.</param>
/// <param name="MayUpdate">Whether its packages are updated when its GuardedNode asks for it.</param>
public sealed record ClusterOptions(string Node, string? Kubeconfig, string HostRoot, bool MayReboot, bool MayUpdate);

public sealed record RouteOptions
{
    public required GuardMode Mode { get; init; }

    /// <summary>Never <see cref="HardenMode.Undo"/>, which only a person asks for.</summary>
    public required HardenMode Harden { get; init; }

    /// <summary>Bound of the ledger; objects beyond it are counted, not guarded.</summary>
    public required int MaxObjects { get; init; }

    /// <summary>Objects that are recorded and reported but never restored.</summary>
    public required RestoreFilter Exclude { get; init; }

    /// <summary>How often the kernel is read anew although no notification asked for it.</summary>
    public required TimeSpan ResyncInterval { get; init; }

    /// <summary>Episodes kept across restarts.</summary>
    public required int HistorySize { get; init; }
}

/// <summary>Which updates wait for a permit.</summary>
public sealed record UpdateOptions
{
    /// <summary>Never <see cref="HoldMode.Release"/>, which only a person asks for.</summary>
    public required HoldMode Mode { get; init; }

    /// <summary>Drop-ins under /etc, so that the hold is there before the agent at the next boot.</summary>
    public required bool Persistent { get; init; }

    /// <summary>apt changes no packages while updates are held, whoever runs it.</summary>
    public required bool AptGate { get; init; }

    /// <summary>Names of services, with * for any characters.</summary>
    public required IReadOnlyList<string> Units { get; init; }
}

public sealed record HttpOptions
{
    /// <summary>Metrics and probes; null when switched off.</summary>
    public required IPEndPoint? Listen { get; init; }

    /// <summary>Control socket, root only.</summary>
    public required string SocketPath { get; init; }
}

public enum LogFormat
{
    Text,
    Json,
}

public sealed record LogOptions
{
    public required LogLevel Level { get; init; }

    public required LogFormat Format { get; init; }
}
