namespace NodeGuard.Core.Routing.Reports;

/// <summary>How many objects of each kind.</summary>
public sealed record ObjectCounts(int Addresses, int Nexthops, int Routes, int Rules)
{
    public static readonly ObjectCounts None = new(0, 0, 0, 0);

    public int Total => Addresses + Nexthops + Routes + Rules;

    public ObjectCounts Add(ObjectKind kind) => kind switch
    {
        ObjectKind.Address => this with { Addresses = Addresses + 1 },
        ObjectKind.Nexthop => this with { Nexthops = Nexthops + 1 },
        ObjectKind.Route => this with { Routes = Routes + 1 },
        _ => this with { Rules = Rules + 1 },
    };
}

/// <summary>An object that an episode took and that could not be given back, and the kernel's or our reason.</summary>
public sealed record NotRestorableObject(string Object, string Reason);

/// <summary>One flush, from its first sign until the node was whole again; kept across agent restarts.</summary>
public sealed record EpisodeRecord
{
    /// <summary>Unique on this node: the start in UTC and a counter, sortable as text.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while the episode is running.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What made networkd flush, for people: a unit job, a package run, "found at start", or "unknown".</summary>
    public required string Cause { get; init; }

    public required ObjectCounts Lost { get; init; }

    public required ObjectCounts Restored { get; init; }

    public required IReadOnlyList<NotRestorableObject> NotRestorable { get; init; }

    /// <summary>Objects that networkd deleted again after they were restored, summed over the episode.</summary>
    public required long Contention { get; init; }

    /// <summary>Deletion read to restoration confirmed by the kernel, the longest of any object, in milliseconds.</summary>
    public required double LongestGapMilliseconds { get; init; }

    public required double MedianGapMilliseconds { get; init; }

    /// <summary>True when the agent ran in observe mode: nothing was restored on purpose.</summary>
    public bool ObserveOnly { get; init; }
}
