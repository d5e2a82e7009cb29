using NodeGuard.Agent.Guarding;
using NodeGuard.Core.Routing.Recovery;
using NodeGuard.Core.Routing.Reports;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

public sealed class StoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-store-").FullName;

    [Fact]
    public void ADamagedLedgerIsSetAsideAndSaidAndNeverTrusted()
    {
        var store = new LedgerStore(_directory);
        byte[] ledger = LedgerCodec.Write(new LedgerBinding("boot", 1, null), 0, []);
        store.Write(ledger[..^1]).ShouldBeNull();

        store.Read().ShouldBeOfType<LedgerReading.Damaged>();

        File.Exists(Path.Combine(_directory, "ledger.damaged")).ShouldBeTrue();
        store.Read().ShouldBeNull("the damaged one is out of the way");
    }

    [Fact]
    [Trait("Invariant", "4")]
    public void ALedgerThatCannotBeWrittenIsASentence()
    {
        string file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");

        string problem = new LedgerStore(Path.Combine(file, "below")).Write([1]).ShouldNotBeNull();

        problem.ShouldContain("guarding goes on");
        problem.ShouldContain(file);
    }

    [Fact]
    [Trait("Invariant", "9")]
    public void EpisodesAreThereAfterARestartAndTheOldestGoFirst()
    {
        var store = new EpisodeStore(_directory, capacity: 2);
        store.Save(Episode("1"));
        store.Save(Episode("2"));
        store.Save(Episode("3"));

        var next = new EpisodeStore(_directory, capacity: 2);
        next.Load().ShouldBe(0);

        next.Episodes.Select(episode => episode.Id).ShouldBe(["3", "2"]);
    }

    [Fact]
    public void AnEpisodeThatItsAgentDidNotEndIsToldAsSuch()
    {
        new EpisodeStore(_directory, 5).Save(Episode("1") with { EndedAt = null });

        var next = new EpisodeStore(_directory, 5);
        next.Load();

        next.Episodes.Single().EndedAt.ShouldNotBeNull();
        next.Episodes.Single().Cause.ShouldContain("stopped before its end");
    }

    [Fact]
    public void LinesThatAreNoEpisodesAreSkippedAndCounted()
    {
        File.WriteAllLines(Path.Combine(_directory, "episodes.jsonl"), ["{", "7", "null", "{\"id\":3}"]);

        new EpisodeStore(_directory, 5).Load().ShouldBe(4);
    }

    [Fact]
    [Trait("Invariant", "9")]
    public void TheFlightMarkTellsTheNextAgentThatAnEpisodeWasOpen()
    {
        string path = Path.Combine(_directory, "flight");
        using (FlightMark first = FlightMark.Open(path))
        {
            first.EpisodeWasOpen.ShouldBeFalse();
            first.LastAlive.ShouldBeNull();
            first.SetEpisodeOpen(true);
            first.SetAlive(42);
        }

        using FlightMark second = FlightMark.Open(path);
        second.EpisodeWasOpen.ShouldBeTrue();
        second.LastAlive.ShouldBe(42);
    }

    [Fact]
    [Trait("Invariant", "4")]
    public void AFlightMarkThatCannotBeMappedStopsNothing()
    {
        using FlightMark mark = FlightMark.Open(Path.Combine(_directory, "missing", "flight"));

        mark.Problem.ShouldNotBeNull();
        mark.SetEpisodeOpen(true);
        mark.EpisodeWasOpen.ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static EpisodeRecord Episode(string id) => new()
    {
        Id = id,
        StartedAt = DateTimeOffset.UnixEpoch,
        EndedAt = DateTimeOffset.UnixEpoch,
        Cause = "restart of systemd-networkd.service",
        Lost = ObjectCounts.None,
        Restored = ObjectCounts.None,
        NotRestorable = [],
        Contention = 0,
        LongestGapMilliseconds = 0,
        MedianGapMilliseconds = 0,
    };
}
