namespace NodeGuard.Kubernetes.Caching;

/// <summary>What a cache holds and how it follows the server.</summary>
/// <typeparam name="T">The model as the API sends it.</typeparam>
/// <typeparam name="TKept">What is kept of it; immutable, as readers of several states share it.</typeparam>
public sealed record CacheOptions<T, TKept>
    where TKept : class
{
    /// <summary>
    /// Runs once for every object and version, on the cache's own loop, before the object is kept; what it does not take
    /// is freed. The pool is for words that many objects share.
    /// </summary>
    public required Func<T, StringPool, TKept> Transform { get; init; }

    public IReadOnlyList<CacheIndex<TKept>> Indexes { get; init; } = [];

    /// <summary>Told of each change after readers can see it, on the cache's own loop: it must not wait.</summary>
    public Action<CacheChange<TKept>>? Changed { get; init; }

    /// <summary>Empty: all namespaces.</summary>
    public string Namespace { get; init; } = "";

    public string LabelSelector { get; init; } = "";

    public string FieldSelector { get; init; } = "";

    public int PageSize { get; init; } = 500;

    /// <summary>Ask for watch-list first; a server without it is listed.</summary>
    public bool Streaming { get; init; } = true;

    /// <summary>A watch without event or bookmark for longer is broken. The API server sends a bookmark every minute.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>A page of a list that takes longer is given up.</summary>
    public TimeSpan PageTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the server is asked to keep a watch; each is up to twice as long, so that a fleet's do not end together.</summary>
    public TimeSpan WatchTime { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>One object before and after; null where there was or is none. An object recreated while nobody watched is one change.</summary>
public readonly record struct CacheChange<TKept>(ObjectName Name, TKept? Before, TKept? After)
    where TKept : class;

/// <summary>How well a cache knows the cluster.</summary>
/// <param name="Synced">A complete state can be read.</param>
/// <param name="LastProgress">How long ago the server last sent an event, a bookmark or a state; null before the first.</param>
/// <param name="LastFailure">Of the calls since then; null when none failed.</param>
public sealed record CacheHealth(bool Synced, int Objects, TimeSpan? LastProgress, string? LastFailure);
