namespace NodeGuard.Sandbox.Faults;

public enum FaultKind
{
    /// <summary>Answers come late.</summary>
    Latency,

    /// <summary>An error in place of an answer.</summary>
    Error,

    /// <summary>No answer until the client gives up: a partition.</summary>
    Hang,

    /// <summary>The connection of a request that lasts ends in the middle: a watch's most of all.</summary>
    Cut,

    /// <summary>Lists that may be served from a cache are of an older revision.</summary>
    Stale,

    /// <summary>Watches and continued lists get 410.</summary>
    Gone,
}

/// <summary>One thing that goes wrong with the requests that it matches.</summary>
public sealed record Fault
{
    public required FaultKind Kind { get; init; }

    /// <summary>How late, or after how long a connection is cut.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The status code of <see cref="FaultKind.Error"/>.</summary>
    public int Code { get; init; } = 500;

    /// <summary>Seconds in a Retry-After header; null for none.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>How many revisions a stale list is behind.</summary>
    public long Behind { get; init; }

    /// <summary>Which part of the matching requests is hit.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>How many requests are hit in all; null for no limit.</summary>
    public int? Times { get; init; }

    /// <summary>How long from now on; null for ever.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, or an HTTP method; empty for all.</summary>
    public string Verb { get; init; } = "";

    /// <summary>A part of the path; empty for all.</summary>
    public string Path { get; init; } = "";

    /// <summary>A part of the client's User-Agent; empty for all.</summary>
    public string Agent { get; init; } = "";
}
