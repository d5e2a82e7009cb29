using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Caching;

/// <summary>Every phase by every event.</summary>
public class SyncMachineTests
{
    private const double Roll = 0.5;

    private static readonly SyncState Listing = SyncMachine.Start(streaming: false);
    private static readonly SyncState Streaming = SyncMachine.Start(streaming: true);
    private static readonly SyncState Watching = Streaming with { Phase = SyncPhase.Watching, Version = "100" };

    /// <summary>Phase, event, then: next phase, effect, whether it waits first, relist reason.</summary>
    public static TheoryData<string, string, string, string, bool, string?> Table => new()
    {
        { "Listing", "page", "Listing", "GoOn", false, null },
        { "Listing", "complete", "Watching", "Publish", false, null },
        { "Listing", "progress", "Listing", "GoOn", false, null },
        { "Listing", "ended", "Listing", "GoOn", false, null },
        { "Listing", "silent", "Listing", "GoOn", false, null },
        { "Listing", "Gone", "Listing", "Restart", true, null },
        { "Listing", "Invalid", "Listing", "GoOn", true, null },
        { "Listing", "Malformed", "Listing", "GoOn", true, null },
        { "Listing", "Throttled", "Listing", "GoOn", true, null },
        { "Listing", "Unreachable", "Listing", "GoOn", true, null },
        { "Listing", "Forbidden", "Listing", "GoOn", true, null },
        { "Listing", "ServerError", "Listing", "GoOn", true, null },

        { "Streaming", "page", "Streaming", "GoOn", false, null },
        { "Streaming", "complete", "Watching", "Publish", false, null },
        { "Streaming", "progress", "Streaming", "GoOn", false, null },
        { "Streaming", "ended", "Streaming", "Restart", true, null },
        { "Streaming", "silent", "Streaming", "Restart", true, null },
        { "Streaming", "Gone", "Streaming", "Restart", true, null },
        { "Streaming", "Invalid", "Listing", "Restart", false, null },
        { "Streaming", "Malformed", "Streaming", "Restart", true, null },
        { "Streaming", "Throttled", "Streaming", "Restart", true, null },
        { "Streaming", "Unreachable", "Streaming", "Restart", true, null },
        { "Streaming", "Forbidden", "Streaming", "Restart", true, null },
        { "Streaming", "ServerError", "Streaming", "Restart", true, null },

        { "Watching", "page", "Watching", "GoOn", false, null },
        { "Watching", "complete", "Watching", "GoOn", false, null },
        { "Watching", "progress", "Watching", "GoOn", false, null },
        { "Watching", "older", "Streaming", "Restart", false, "Older" },
        { "Watching", "ended", "Watching", "GoOn", true, null },
        { "Watching", "ended late", "Watching", "GoOn", false, null },
        { "Watching", "silent", "Watching", "GoOn", false, null },
        { "Watching", "Gone", "Streaming", "Restart", false, "Gone" },
        { "Watching", "Invalid", "Streaming", "Restart", false, "Gone" },
        { "Watching", "Malformed", "Watching", "GoOn", true, null },
        { "Watching", "Throttled", "Watching", "GoOn", true, null },
        { "Watching", "Unreachable", "Watching", "GoOn", true, null },
        { "Watching", "Forbidden", "Watching", "GoOn", true, null },
        { "Watching", "ServerError", "Watching", "GoOn", true, null },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void EachPhaseAnswersEachEvent(string phase, string happened, string next, string effect, bool waits, string? relist)
    {
        SyncState from = phase switch { "Listing" => Listing, "Streaming" => Streaming, _ => Watching };

        SyncDecision decision = SyncMachine.Next(from, Event(happened), Roll);

        decision.Next.Phase.ToString().ShouldBe(next);
        decision.Effect.ToString().ShouldBe(effect);
        (decision.Next.Delay > TimeSpan.Zero).ShouldBe(waits);
        decision.Relist?.ToString().ShouldBe(relist);
    }

    [Fact]
    public void AVersionIsOnlyEverTakenFromACompleteStateOrProgress()
    {
        foreach (SyncState from in new[] { Listing, Streaming, Watching })
        {
            foreach (string happened in new[] { "page", "ended", "silent", "Gone", "Invalid", "Malformed", "Throttled" })
                SyncMachine.Next(from, Event(happened), Roll).Next.Version.ShouldBe(from.Version);
        }
    }

    [Fact]
    public void AFailedPageIsAskedForAgainByItsToken()
    {
        SyncState second = SyncMachine.Next(Listing, new SyncEvent.PageRead("token"), Roll).Next;

        SyncDecision failed = SyncMachine.Next(second, Failure(ApiFailureKind.Throttled), Roll);

        failed.Effect.ShouldBe(SyncEffect.GoOn);
        failed.Next.Continue.ShouldBe("token");
    }

    [Fact]
    public void AListThatOutlivesItsTokenIsAskedForWhole()
    {
        SyncState second = SyncMachine.Next(Listing, new SyncEvent.PageRead("token"), Roll).Next;

        SyncState expired = SyncMachine.Next(second, Failure(ApiFailureKind.Gone), Roll).Next;
        SyncState complete = SyncMachine.Next(expired, new SyncEvent.StateComplete("5"), Roll).Next;

        expired.Continue.ShouldBeNull();
        expired.WholeList.ShouldBeTrue();
        complete.WholeList.ShouldBeFalse();
    }

    [Fact]
    public void TwoInitialStreamsThatDoNotEndAreTheLast()
    {
        SyncState once = SyncMachine.Next(Streaming, new SyncEvent.Silent(), Roll).Next;
        SyncState twice = SyncMachine.Next(once, new SyncEvent.Ended(TimeSpan.FromMinutes(5)), Roll).Next;
        SyncState synced = SyncMachine.Next(twice, new SyncEvent.StateComplete("5"), Roll).Next;

        twice.Phase.ShouldBe(SyncPhase.Listing);
        SyncMachine.Next(synced, Failure(ApiFailureKind.Gone), Roll).Next.Phase.ShouldBe(SyncPhase.Listing);
    }

    [Fact]
    public void AnUnreachableServerSaysNothingAboutStreaming()
    {
        SyncState state = Streaming;
        for (int i = 0; i < 10; i++)
            state = SyncMachine.Next(state, Failure(ApiFailureKind.Unreachable), Roll).Next;

        state.Phase.ShouldBe(SyncPhase.Streaming);
        state.Delay.ShouldBe(Backoff.Delay(10, Roll, null));
    }

    [Fact]
    public void AStormOf410IsWaitedFor()
    {
        SyncState state = Watching;
        var waits = new List<TimeSpan>();
        for (int i = 0; i < 4; i++)
        {
            SyncState relisting = SyncMachine.Next(state, Failure(ApiFailureKind.Gone), Roll).Next;
            waits.Add(relisting.Delay);
            state = SyncMachine.Next(relisting, new SyncEvent.StateComplete("100"), Roll).Next;
        }

        waits[0].ShouldBe(TimeSpan.Zero);
        waits.Skip(1).ShouldBe(waits.Skip(1).OrderBy(wait => wait));
        waits[1].ShouldBeGreaterThan(TimeSpan.Zero);
        SyncState calm = SyncMachine.Next(state, new SyncEvent.Progress("101"), Roll).Next;
        SyncMachine.Next(calm, Failure(ApiFailureKind.Gone), Roll).Next.Delay.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void TheSecondSilenceRelists()
    {
        SyncState once = SyncMachine.Next(Watching, new SyncEvent.Silent(), Roll).Next;

        SyncMachine.Next(once, new SyncEvent.Silent(), Roll).Relist.ShouldBe(RelistReason.Silence);
        SyncState heard = SyncMachine.Next(once, new SyncEvent.Progress(null), Roll).Next;
        SyncMachine.Next(heard, new SyncEvent.Silent(), Roll).Relist.ShouldBeNull();
    }

    [Fact]
    public void TheSecondUnreadablePlaceRelists()
    {
        SyncState once = SyncMachine.Next(Watching, Failure(ApiFailureKind.Malformed), Roll).Next;

        SyncMachine.Next(once, Failure(ApiFailureKind.Malformed), Roll).Relist.ShouldBe(RelistReason.Unreadable);
    }

    [Fact]
    public void AStateOlderThanOursIsRefusedUntilItInsists()
    {
        SyncState state = SyncMachine.Next(Watching, Failure(ApiFailureKind.Gone), Roll).Next;
        for (int i = 0; i < 4; i++)
        {
            SyncDecision refused = SyncMachine.Next(state, new SyncEvent.StateComplete("90"), Roll);
            refused.Effect.ShouldBe(SyncEffect.Restart);
            refused.Next.Version.ShouldBe("100");
            state = refused.Next;
        }

        SyncDecision insisted = SyncMachine.Next(state, new SyncEvent.StateComplete("90"), Roll);
        insisted.Effect.ShouldBe(SyncEffect.Publish);
        insisted.Next.Version.ShouldBe("90");
    }

    [Theory]
    [InlineData(1, 0.0, 250)]
    [InlineData(1, 1.0, 500)]
    [InlineData(3, 1.0, 2_000)]
    [InlineData(50, 1.0, 30_000)]
    [InlineData(int.MaxValue, 1.0, 30_000)]
    public void BackoffDoublesToACeiling(int failures, double roll, int milliseconds) =>
        Backoff.Delay(failures, roll, null).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void BackoffIsNeverShorterThanTheServerAskedFor()
    {
        Backoff.Delay(1, 0, TimeSpan.FromSeconds(7)).ShouldBe(TimeSpan.FromSeconds(7));
        Backoff.Delay(1, 0.99, TimeSpan.FromSeconds(7)).ShouldBeGreaterThan(TimeSpan.FromSeconds(7));
        Backoff.Delay(1, 0, TimeSpan.FromHours(7)).ShouldBe(TimeSpan.FromMinutes(2));
    }

    private static SyncEvent.Failed Failure(ApiFailureKind kind) => new(kind, null);

    private static SyncEvent Event(string name) => name switch
    {
        "page" => new SyncEvent.PageRead("token"),
        "complete" => new SyncEvent.StateComplete("100"),
        "progress" => new SyncEvent.Progress("101"),
        "older" => new SyncEvent.Progress("99"),
        "ended" => new SyncEvent.Ended(TimeSpan.FromSeconds(1)),
        "ended late" => new SyncEvent.Ended(TimeSpan.FromMinutes(5)),
        "silent" => new SyncEvent.Silent(),
        _ => Failure(Enum.Parse<ApiFailureKind>(name)),
    };
}
