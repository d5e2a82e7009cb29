using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>What the cache is doing, or will do when <see cref="SyncState.Delay"/> is over.</summary>
internal enum SyncPhase
{
    /// <summary>Reading the state page by page.</summary>
    Listing,

    /// <summary>Reading the state as the first part of a watch (watch-list).</summary>
    Streaming,

    /// <summary>Following changes from a known version.</summary>
    Watching,
}

/// <summary>Why the state was read again from the start.</summary>
internal enum RelistReason
{
    /// <summary>410: the version is older than what the server still knows.</summary>
    Gone,

    /// <summary>The server accepted a watch twice and said nothing on it, no bookmark either.</summary>
    Silence,

    /// <summary>The server answered with a state older than one already seen.</summary>
    Older,

    /// <summary>The stream could not be read, again and again, at one place.</summary>
    Unreadable,
}

/// <summary>Where one cache stands between two calls to the server.</summary>
internal sealed record SyncState
{
    public SyncPhase Phase { get; init; } = SyncPhase.Streaming;

    /// <summary>To wait before the phase's next call.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The next page's token while listing.</summary>
    public string? Continue { get; init; }

    /// <summary>Ask for the list in one piece: its continue token expired before the last page.</summary>
    public bool WholeList { get; init; }

    /// <summary>The newest version seen; null until the first state is complete.</summary>
    public string? Version { get; init; }

    /// <summary>Calls since the last sign of progress that brought none.</summary>
    public int Failures { get; init; }

    public int Silences { get; init; }

    public int Unreadable { get; init; }

    /// <summary>Complete states in a row that were older than <see cref="Version"/>.</summary>
    public int OlderStates { get; init; }

    /// <summary>The server has no watch-list, or gives none that ends.</summary>
    public bool StreamingRefused { get; init; }

    public int StreamingFailures { get; init; }

    /// <summary>This watch has brought an event or a bookmark.</summary>
    public bool Fruitful { get; init; }
}

/// <summary>What came back from the server.</summary>
internal abstract record SyncEvent
{
    private SyncEvent()
    {
    }

    /// <summary>A page that is not the last.</summary>
    public sealed record PageRead(string Continue) : SyncEvent;

    /// <summary>The last page, or the bookmark that ends the initial events.</summary>
    public sealed record StateComplete(string Version) : SyncEvent;

    /// <summary>A change or a bookmark; <see cref="Version"/> is null when it told nothing new.</summary>
    public sealed record Progress(string? Version) : SyncEvent;

    /// <summary>The server ended the stream.</summary>
    public sealed record Ended(TimeSpan Lived) : SyncEvent;

    /// <summary>No event and no bookmark for longer than the server lets pass between bookmarks.</summary>
    public sealed record Silent : SyncEvent;

    public sealed record Failed(ApiFailureKind Kind, TimeSpan? RetryAfter) : SyncEvent;
}

/// <summary>What the loop has to do with what it has read.</summary>
internal enum SyncEffect
{
    /// <summary>Go on with the same call, or make the next one if it has ended.</summary>
    GoOn,

    /// <summary>The state read so far is complete: show it to readers.</summary>
    Publish,

    /// <summary>Forget what was read towards a state, leave the stream, start over.</summary>
    Restart,
}

/// <param name="Relist">Set when a state that readers have is read again.</param>
internal readonly record struct SyncDecision(SyncState Next, SyncEffect Effect, RelistReason? Relist = null);
