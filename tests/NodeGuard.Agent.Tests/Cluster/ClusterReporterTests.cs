using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Cluster;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Cluster;

/// <summary>What the agent writes to its GuardedNode, and when.</summary>
public sealed class ClusterReporterTests
{
    private static readonly ObjectCounts Two = new(0, 0, 1, 1);

    private readonly ManualTime _time = new();
    private readonly GuardedNodeServer _server = new();
    private AgentView _view = new(
        new FakeGuard().Status, [], new HostFacts { BootId = "b-1", Kernel = "6.12", ImageId = "debian", ImageVersion = "3", RebootRequired = false }, "runtime", "1.0");

    [Fact]
    public async Task The_first_turn_tells_everything()
    {
        await TurnsAsync(NewReporter(), 1);

        GuardedNodeStatus told = _server.Writes.ShouldHaveSingleItem();
        told.Heartbeat.ShouldBe(_time.GetUtcNow());
        (told.BootId, told.Kernel, told.Image!.Id, told.Image.Version, told.RebootRequired).ShouldBe(("b-1", "6.12", "debian", "3", false));
        (told.Agent!.Version, told.Agent.Mode, told.Networkd!.State, told.Networkd.Prevention).ShouldBe(("1.0", "restore", "running", "runtime"));
        (told.Routes!.State, told.Routes.Guarded, told.Routes.Missing).ShouldBe(("Intact", 73, 0));
        told.Conditions!.ShouldHaveSingleItem().Status.ShouldBe("True");
        told.Silence.ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_change_there_is_a_sign_of_life_in_five_minutes_and_nothing_else()
    {
        ClusterReporter reporter = NewReporter();

        await TurnsAsync(reporter, 720);

        // An hour: the first, and one each 4.5 to 5.5 min.
        _server.Writes.Count.ShouldBeInRange(11, 14);
        _server.Calls.ShouldBe(_server.Writes.Count + 1);
    }

    [Fact]
    public async Task Each_change_is_one_write_and_a_storm_of_them_is_one_write_a_turn()
    {
        ClusterReporter reporter = NewReporter();
        await TurnsAsync(reporter, 1);
        _view = _view with { Guard = _view.Guard with { Missing = Two, State = GuardState.Restoring } };
        await TurnsAsync(reporter, 3);
        _server.Writes.Count.ShouldBe(2);
        _server.Writes[1].Routes!.State.ShouldBe("Restoring");

        for (int i = 0; i < 10; i++)
        {
            _view = _view with { Guard = _view.Guard with { Missing = new ObjectCounts(0, 0, i + 3, 0) } };
            await TurnsAsync(reporter, 1);
        }

        _server.Writes.Count.ShouldBe(12);
    }

    [Fact]
    public async Task A_condition_that_has_not_changed_keeps_its_time()
    {
        ClusterReporter reporter = NewReporter();
        await TurnsAsync(reporter, 1);
        DateTimeOffset? since = _server.Writes[0].Conditions![0].LastTransitionTime;
        _view = _view with { Host = _view.Host with { RebootRequired = true } };
        await TurnsAsync(reporter, 1);
        _view = _view with { Guard = _view.Guard with { Missing = Two } };
        await TurnsAsync(reporter, 1);

        _server.Writes[1].Conditions![0].LastTransitionTime.ShouldBe(since);
        (_server.Writes[2].Conditions![0].Status, _server.Writes[2].Routes!.State).ShouldBe(("False", "Lost"));
        _server.Writes[2].Conditions![0].LastTransitionTime!.Value.ShouldBeGreaterThan(since!.Value);
    }

    /// <summary>Invariant 4: and afterwards what happened meanwhile is told.</summary>
    [Fact]
    public async Task A_server_that_was_away_for_three_days_is_told_what_happened_meanwhile()
    {
        ClusterReporter reporter = NewReporter();
        await TurnsAsync(reporter, 1);
        DateTimeOffset left = _time.GetUtcNow();
        _server.Away = true;
        _time.Advance(ReportPace.Turn);
        int before = _server.Calls;
        _view = _view with { Episodes = [Episode("20261123", left.AddHours(40)), Episode("20261122", left.AddHours(20))] };
        await TurnsAsync(reporter, 3 * 24 * 720);
        _server.Calls.ShouldBeLessThan(before + 1000);
        _server.Away = false;

        await TurnsAsync(reporter, 80);

        GuardedNodeStatus told = _server.Writes[1];
        (told.Silence!.From, told.Silence.Episodes).ShouldBe((left, 2L));
        told.Silence.Until.ShouldBe(told.Heartbeat);
        (told.Episodes!.Total, told.Episodes.Last!.Id, told.Episodes.Last.Lost).ShouldBe((2L, "20261123", 2));
        _server.Writes[^1].Silence!.Episodes.ShouldBe(2, "it stays until the next one");
    }

    [Fact]
    public async Task An_agent_that_starts_again_tells_the_time_since_the_last_write_of_the_one_before()
    {
        Stood(bootId: "b-1", ago: TimeSpan.FromHours(2));
        _view = _view with { Episodes = [Episode("20261122", _time.GetUtcNow().AddHours(-1)), Episode("20261121", _time.GetUtcNow().AddHours(-9))] };

        await TurnsAsync(NewReporter(), 1);

        _server.Writes[0].Silence!.Episodes.ShouldBe(1);
        _server.Writes[0].Episodes!.Total.ShouldBe(8, "7 were told, one came since");
    }

    [Fact]
    public async Task A_boot_is_no_silence()
    {
        Stood(bootId: "b-0", ago: TimeSpan.FromHours(2));

        await TurnsAsync(NewReporter(), 1);

        _server.Writes[0].Silence.ShouldBeNull();
    }

    [Fact]
    public async Task An_object_that_is_not_there_yet_is_written_once_it_is()
    {
        GuardedNode later = _server.Object!;
        _server.Object = null;
        ClusterReporter reporter = NewReporter();
        await TurnsAsync(reporter, 200);
        _server.Calls.ShouldBeLessThan(20);
        _server.Object = later;

        await TurnsAsync(reporter, 80);

        _server.Writes.Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task An_object_that_was_made_anew_is_told_everything_again()
    {
        ClusterReporter reporter = NewReporter();
        await TurnsAsync(reporter, 1);
        _server.Object = null;
        _view = _view with { Host = _view.Host with { RebootRequired = true } };
        await TurnsAsync(reporter, 1);
        _server.Object = new GuardedNode { Metadata = new ObjectMeta { Name = "n" } };

        await TurnsAsync(reporter, 5);

        _server.Writes.Count.ShouldBe(2);
        _server.Object.Status!.Kernel.ShouldBe("6.12");
    }

    /// <summary>Invariant 12: the loop moves, whatever the server does.</summary>
    [Fact]
    public async Task A_server_that_does_not_answer_ends_the_turn_in_time()
    {
        _server.Hangs = true;
        Task turn = NewReporter().TurnAsync(CancellationToken.None);
        turn.IsCompleted.ShouldBeFalse();

        _time.Advance(TimeSpan.FromSeconds(9));

        await turn.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Invariant 11.</summary>
    [Theory]
    [InlineData(GuardState.Starting, 0, false, "Unknown", "Unknown")]
    [InlineData(GuardState.Failed, 0, false, "Unknown", "Unknown")]
    [InlineData(GuardState.Guarding, 0, true, "Unknown", "Unknown")]
    [InlineData(GuardState.Guarding, 1, true, "Lost", "False")]
    [InlineData(GuardState.Degraded, 1, false, "Lost", "False")]
    [InlineData(GuardState.Degraded, 0, false, "Intact", "True")]
    [InlineData(GuardState.Restoring, 1, false, "Restoring", "False")]
    [InlineData(GuardState.NothingToGuardAgainst, 0, false, "Intact", "True")]
    public void What_is_not_known_is_not_told_as_well(GuardState state, int missing, bool full, string routes, string condition)
    {
        AgentView view = _view with { Guard = _view.Guard with { State = state, Missing = new ObjectCounts(0, 0, missing, 0), LedgerFull = full } };

        GuardedNodeStatus told = ClusterReport.Of(view, null, _time.GetUtcNow());

        (told.Routes!.State, told.Conditions![0].Status).ShouldBe((routes, condition));
    }

    [Theory]
    [InlineData("IMAGE_ID=a\nIMAGE_VERSION=\"2026.11\"\n", "2026.11")]
    [InlineData("IMAGE_VERSION='x y'", "x y")]
    [InlineData("IMAGE_VERSION=1\nIMAGE_VERSION=2", "2")]
    [InlineData("IMAGE_VERSION=", null)]
    [InlineData("IMAGE_VERSION=\"", "\"")]
    [InlineData("X_IMAGE_VERSION=1", null)]
    [InlineData("", null)]
    public void The_image_is_read_from_os_release(string release, string? version) => HostFacts.Value(release, "IMAGE_VERSION").ShouldBe(version);

    [Fact]
    public void A_host_that_cannot_be_read_is_unknown() => HostFacts.Read("/nonexistent", "/nonexistent").ShouldBe(new HostFacts());

    private ClusterReporter NewReporter() => new(_server, "n", () => _view, _time, NullLogger.Instance);

    private async Task TurnsAsync(ClusterReporter reporter, int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            if (i > 0 || _server.Calls > 0)
            {
                _time.Advance(ReportPace.Turn);
            }

            await reporter.TurnAsync(CancellationToken.None);
        }
    }

    private void Stood(string bootId, TimeSpan ago) => _server.Object = new GuardedNode
    {
        Metadata = new ObjectMeta { Name = "n" },
        Status = new GuardedNodeStatus
        {
            BootId = bootId,
            Heartbeat = _time.GetUtcNow() - ago,
            Episodes = new EpisodesStatus { Total = 7, Last = new EpisodeStatus { Id = "20261121" } },
        },
    };

    private static EpisodeRecord Episode(string id, DateTimeOffset startedAt) => new()
    {
        Id = id,
        StartedAt = startedAt,
        EndedAt = startedAt.AddSeconds(1),
        Cause = "unknown",
        Lost = Two,
        Restored = Two,
        NotRestorable = [],
        Contention = 0,
        LongestGapMilliseconds = 1.5,
        MedianGapMilliseconds = 1,
    };
}
