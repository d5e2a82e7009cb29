using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>
/// List, watch, back off or relist: from where a cache stands and what came back, what comes next. An event that its phase
/// cannot see changes nothing.
/// </summary>
internal static class SyncMachine
{
    /// <summary>A watch that the server ended sooner, and that brought nothing, counts as failed.</summary>
    public static readonly TimeSpan ShortWatch = TimeSpan.FromSeconds(5);

    // One quiet watch is a broken connection. Two mean that the server itself does not get on from our version.
    private const int SilencesToRelist = 2;
    private const int UnreadableToRelist = 2;
    private const int StreamingFailuresToRefuse = 2;

    // A lagging replica catches up; a server restored from a backup never does, and its state is then the truth.
    private const int OlderStatesToAccept = 5;

    public static SyncState Start(bool streaming) =>
        new() { Phase = streaming ? SyncPhase.Streaming : SyncPhase.Listing, StreamingRefused = !streaming };

    /// <param name="state">Where the cache stands.</param>
    /// <param name="happened">What came back from the server.</param>
    /// <param name="roll">A random number in [0, 1), for jitter.</param>
    public static SyncDecision Next(SyncState state, SyncEvent happened, double roll)
    {
        SyncState calm = state with { Delay = TimeSpan.Zero };
        return state.Phase switch
        {
            SyncPhase.Listing => Listing(calm, happened, roll),
            SyncPhase.Streaming => Streaming(calm, happened, roll),
            _ => Watching(calm, happened, roll),
        };
    }

    private static SyncDecision Listing(SyncState state, SyncEvent happened, double roll) => happened switch
    {
        SyncEvent.PageRead page => new(state with { Continue = page.Continue, Failures = 0 }, SyncEffect.GoOn),
        SyncEvent.StateComplete complete => Complete(state, complete.Version, roll),
        SyncEvent.Failed { Kind: ApiFailureKind.Gone } failed => RestartList(state, failed, roll),
        // A continue token that the server cannot read any more.
        SyncEvent.Failed { Kind: ApiFailureKind.Invalid } failed when state.Continue is not null => RestartList(state, failed, roll),
        SyncEvent.Failed failed => new(Delayed(state, roll, failed.RetryAfter), SyncEffect.GoOn),
        _ => new(state, SyncEffect.GoOn),
    };

    private static SyncDecision RestartList(SyncState state, SyncEvent.Failed failed, double roll) =>
        new(
            Delayed(state, roll, failed.RetryAfter) with { Continue = null, WholeList = state.WholeList || state.Continue is not null },
            SyncEffect.Restart);

    private static SyncDecision Streaming(SyncState state, SyncEvent happened, double roll) => happened switch
    {
        SyncEvent.StateComplete complete => Complete(state, complete.Version, roll),
        SyncEvent.Failed { Kind: ApiFailureKind.Invalid } => new(WithoutStreaming(state), SyncEffect.Restart),
        SyncEvent.Failed failed when TellsNothingOfStreaming(failed.Kind) =>
            new(Delayed(state, roll, failed.RetryAfter), SyncEffect.Restart),
        // A server before 1.27 ignores the request for initial events: its stream never says that they are complete.
        SyncEvent.Failed or SyncEvent.Ended or SyncEvent.Silent => StreamingFailed(state, roll),
        _ => new(state, SyncEffect.GoOn),
    };

    private static SyncDecision StreamingFailed(SyncState state, double roll)
    {
        SyncState counted = Delayed(state, roll, null) with { StreamingFailures = state.StreamingFailures + 1 };
        bool refused = counted.StreamingFailures >= StreamingFailuresToRefuse;
        return new(refused ? WithoutStreaming(counted) : counted, SyncEffect.Restart);
    }

    private static SyncState WithoutStreaming(SyncState state) =>
        state with { Phase = SyncPhase.Listing, StreamingRefused = true, Continue = null };

    private static bool TellsNothingOfStreaming(ApiFailureKind kind) => kind is ApiFailureKind.Unreachable or ApiFailureKind.Throttled
        or ApiFailureKind.Unauthorized or ApiFailureKind.Forbidden or ApiFailureKind.NotFound or ApiFailureKind.Gone;

    /// <summary>Failures stay counted until the watch brings something: a 410 for every fresh list is a storm.</summary>
    private static SyncDecision Complete(SyncState state, string version, double roll)
    {
        if (ResourceVersions.IsOlder(version, state.Version) && state.OlderStates + 1 < OlderStatesToAccept)
        {
            SyncState again = Delayed(state, roll, null) with { Continue = null, OlderStates = state.OlderStates + 1 };
            return new(again, SyncEffect.Restart, RelistReason.Older);
        }

        SyncState watching = state with
        {
            Phase = SyncPhase.Watching,
            Version = version,
            Continue = null,
            WholeList = false,
            OlderStates = 0,
            Silences = 0,
            Unreadable = 0,
            StreamingFailures = 0,
            Fruitful = false,
        };
        return new(watching, SyncEffect.Publish);
    }

    private static SyncDecision Watching(SyncState state, SyncEvent happened, double roll) => happened switch
    {
        SyncEvent.Progress { Version: { } older } when ResourceVersions.IsOlder(older, state.Version) =>
            Relist(state, RelistReason.Older, roll),
        SyncEvent.Progress progress => new(Progressed(state, progress.Version), SyncEffect.GoOn),
        SyncEvent.Ended ended when state.Fruitful || ended.Lived >= ShortWatch =>
            new(state with { Fruitful = false }, SyncEffect.GoOn),
        SyncEvent.Ended => new(Delayed(state, roll, null), SyncEffect.GoOn),
        SyncEvent.Silent when state.Silences + 1 >= SilencesToRelist => Relist(state, RelistReason.Silence, roll),
        SyncEvent.Silent => new(state with { Silences = state.Silences + 1, Fruitful = false }, SyncEffect.GoOn),
        SyncEvent.Failed { Kind: ApiFailureKind.Gone or ApiFailureKind.Invalid } => Relist(state, RelistReason.Gone, roll),
        SyncEvent.Failed { Kind: ApiFailureKind.Malformed } when state.Unreadable + 1 >= UnreadableToRelist =>
            Relist(state, RelistReason.Unreadable, roll),
        SyncEvent.Failed { Kind: ApiFailureKind.Malformed } =>
            new(Delayed(state, roll, null) with { Unreadable = state.Unreadable + 1 }, SyncEffect.GoOn),
        SyncEvent.Failed failed => new(Delayed(state, roll, failed.RetryAfter), SyncEffect.GoOn),
        _ => new(state, SyncEffect.GoOn),
    };

    private static SyncState Progressed(SyncState state, string? version) =>
        state with { Version = version ?? state.Version, Failures = 0, Silences = 0, Unreadable = 0, Fruitful = true };

    /// <summary>At once the first time; a relist that led to no progress is waited for like any failure.</summary>
    private static SyncDecision Relist(SyncState state, RelistReason reason, double roll)
    {
        SyncState again = state with
        {
            Phase = state.StreamingRefused ? SyncPhase.Listing : SyncPhase.Streaming,
            Delay = state.Failures == 0 ? TimeSpan.Zero : Backoff.Delay(state.Failures, roll, null),
            Failures = state.Failures + 1,
            Silences = 0,
            Unreadable = 0,
            Fruitful = false,
        };
        return new(again, SyncEffect.Restart, reason);
    }

    private static SyncState Delayed(SyncState state, double roll, TimeSpan? retryAfter) => state with
    {
        Failures = state.Failures + 1,
        Delay = Backoff.Delay(state.Failures + 1, roll, retryAfter),
        Fruitful = false,
    };
}
