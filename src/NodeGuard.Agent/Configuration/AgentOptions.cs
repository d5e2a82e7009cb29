using System.Net;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Control;

namespace NodeGuard.Agent.Configuration;

/// <summary>The agent's whole configuration, checked; replaced as one on a reload, never changed.</summary>
public sealed record AgentOptions
{
    public required RouteOptions Routes { get; init; }

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
}

public enum HardenMode
{
    Off,

    /// <summary>Drop-ins under /run: gone with the next boot.</summary>
    Runtime,

    /// <summary>Drop-ins under /etc.</summary>
    Persistent,
}

public sealed record RouteOptions
{
    public required GuardMode Mode { get; init; }

    public required HardenMode Harden { get; init; }

    /// <summary>Bound of the ledger; objects beyond it are counted, not guarded.</summary>
    public required int MaxObjects { get; init; }

    public required RouteExclusions Exclude { get; init; }

    /// <summary>How long nothing may be deleted before an episode counts as over.</summary>
    public required TimeSpan SettleTime { get; init; }

    /// <summary>How long an episode waits for networkd's links to leave "configuring".</summary>
    public required TimeSpan SettleTimeout { get; init; }

    /// <summary>How often the kernel is read anew although no notification asked for it.</summary>
    public required TimeSpan ResyncInterval { get; init; }

    /// <summary>Episodes kept across restarts.</summary>
    public required int HistorySize { get; init; }
}

/// <summary>Objects that are recorded and reported but never restored.</summary>
public sealed record RouteExclusions
{
    /// <summary>rtm_protocol and FRA_PROTOCOL numbers.</summary>
    public required IReadOnlyList<byte> Protocols { get; init; }

    public required IReadOnlyList<uint> Tables { get; init; }

    /// <summary>Rule priorities.</summary>
    public required IReadOnlyList<NumberRange> Priorities { get; init; }

    /// <summary>Device names; * and ? are wildcards.</summary>
    public required IReadOnlyList<string> Devices { get; init; }
}

/// <summary>Both ends are included.</summary>
public readonly record struct NumberRange(uint First, uint Last)
{
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
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
