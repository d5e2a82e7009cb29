using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Units;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Updates;

/// <summary>Which node gets which version, and when.</summary>
public class UpdateGateTests
{
    private static readonly PackageVersion Systemd = new("systemd:amd64", "252.38");
    private static readonly PackageVersion Newer = new("systemd:amd64", "252.39");
    private static readonly PackageVersion Bash = new("bash:amd64", "5.2-2");
    private static readonly TimeSpan Soak = TimeSpan.FromMinutes(30);

    private static readonly Policy AtOnce = Policy() with { Image = null, Updates = UpdateMode.Coordinated };

    private static readonly Policy BySize = AtOnce with { Waves = [new Wave("canary", CountOrPercent.Of(1), Soak: Soak), new Wave("rest")] };

    private static readonly Policy BySelector = AtOnce with { Waves = [new Wave("canary", Selector: Labelled("canary", "yes"), Soak: Soak), new Wave("rest")] };

    [Theory]
    [InlineData(UpdateMode.Off, 0)]
    [InlineData(UpdateMode.Hold, 0)]
    [InlineData(UpdateMode.Coordinated, 3)]
    public void OnlyACoordinatingPolicyUpdates(UpdateMode mode, int starts) =>
        Started(State(AtOnce with { Updates = mode }, Nodes(3, Pending(Systemd)))).Length.ShouldBe(starts);

    [Fact]
    public void AStartNamesExactlyWhatIsInstalled()
    {
        RecycleStart start = Plan(State(AtOnce, Nodes(1, Pending(Bash, Systemd)))).Starts.ShouldHaveSingleItem();
        start.Reasons.ShouldBe([RecycleReason.Update]);
        start.Updates.ShouldBe([Bash, Systemd]);
    }

    [Fact]
    public void OfASecurityScopeOnlyThat()
    {
        FleetNode node = Node(1) with { Pending = new PendingSet("1", [Systemd, Bash], [Systemd]), Hazard = HazardState.None };
        Plan(State(AtOnce, node)).Starts.Single().Updates.ShouldBe([Systemd]);
        Plan(State(AtOnce with { UpdateScope = UpdateScope.All }, node)).Starts.Single().Updates.ShouldBe([Systemd, Bash]);
        Started(State(AtOnce, node with { Pending = new PendingSet("2", [Bash], []) })).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void WhatIsPendingIsNotKnown_AndNothingIsDone() =>
        ObstacleOf(State(AtOnce, Node(1)), 1)!.Kind.ShouldBe(ObstacleKind.NothingToDo);

    [Theory]
    [InlineData(HazardState.Hazard)]
    [InlineData(HazardState.Unknown)]
    [Trait("Invariant", "11")]
    public void AHazard_OrOneThatNobodyKnowsOf_IsWaitedFor(HazardState hazard)
    {
        FleetState state = State(AtOnce, Nodes(1, node => Pending(Systemd)(node) with { Hazard = hazard, HazardReason = "Updating systemd would delete 3 foreign rules." }));
        ObstacleOf(state, 1)!.Message.ShouldBe("updating it may cut it off: Updating systemd would delete 3 foreign rules.");
        Started(State(AtOnce with { OnHazard = HazardResponse.Proceed }, [.. state.Nodes])).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData(UpdateMode.Coordinated, true, 1)]
    [InlineData(UpdateMode.Coordinated, false, 0)]
    [InlineData(UpdateMode.Hold, true, 0)]
    public void WhatBrokeOffIsRepaired_WhereThePolicySaysSo_AndNothingIsInstalledBefore(UpdateMode mode, bool repairs, int starts)
    {
        FleetNode node = Pending(Systemd)(Node(1)) with { Interrupted = true };
        RecycleStart[] made = [.. Plan(State(BySelector with { Updates = mode, Repairs = repairs }, node)).Starts];
        made.Length.ShouldBe(starts);
        made.ShouldAllBe(static start => start.Repairs && start.Updates.Count == 0 && start.Reasons.SequenceEqual(new[] { RecycleReason.Update }));
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void ARepairWaitsForAHazardToo()
    {
        FleetNode node = Node(1) with { Interrupted = true, Hazard = HazardState.Unknown };
        ObstacleOf(State(AtOnce with { Repairs = true }, node), 1)!.Kind.ShouldBe(ObstacleKind.UpdateHazard);
    }

    [Fact]
    public void ARepairAndARebootThatIsDueAreOneDisruption()
    {
        FleetNode node = Node(1) with { Interrupted = true, Hazard = HazardState.None, RebootRequired = true };
        RecycleStart start = Plan(State(AtOnce with { Repairs = true, RebootWhenRequired = true }, node)).Starts.ShouldHaveSingleItem();
        (start.Repairs, string.Join(' ', start.Reasons)).ShouldBe((true, "Reboot Update"));
    }

    [Fact]
    public void ACanaryGoesAlone()
    {
        FleetState state = State(BySize, Nodes(20, Pending(Systemd)));
        Started(state).ShouldBe(["node-001"]);
        ObstacleOf(state, 2)!.Message.ShouldBe("an earlier wave is updated first: systemd:amd64 252.38: wave canary gets it first, 0 of 1 have it");
    }

    [Fact]
    public void NoSecondCanaryStartsWhileTheFirstIsUpdated()
    {
        FleetNode[] nodes = Nodes(20, Pending(Systemd));
        FleetState state = State(BySize, nodes) with { Recycles = [Updating(nodes[0], Systemd)], Slots = [SlotOf(nodes[0])] };
        Started(state).ShouldBeEmpty();
    }

    [Fact]
    public void TheRestFollowsWhenTheCanaryHasSoaked()
    {
        Started(Updated(BySize, minutesAgo: 29)).ShouldBeEmpty();
        NodeOutlook waits = Outlook(Updated(BySize, minutesAgo: 29), 9);
        waits.Obstacle!.Message.ShouldBe("an earlier wave is updated first: systemd:amd64 252.38: wave canary has it, and soaks until 2026-11-21 10:01 UTC");
        waits.Next.ShouldBe(Now.AddMinutes(1));
        Started(Updated(BySize, minutesAgo: 30)).Length.ShouldBe(19);
    }

    [Fact]
    public void ASickCanaryStopsTheRest()
    {
        FleetState state = Updated(BySize, minutesAgo: 60);
        state = state with { Nodes = [state.Nodes[0] with { Ready = false }, .. state.Nodes.Skip(1)] };
        Started(state).ShouldBeEmpty();
        ObstacleOf(state, 9)!.Message.ShouldBe("an earlier wave is updated first: systemd:amd64 252.38: 1 of wave canary that have it are not ready");
    }

    [Fact]
    public void WhatTheArchiveHasByThenGoesThroughTheWavesFromTheStart()
    {
        FleetState state = Updated(BySize, minutesAgo: 60);
        FleetNode[] nodes = [.. state.Nodes.Select(static (node, i) => i < 10 ? Pending(Newer)(node) : node)];
        state = state with { Nodes = nodes };
        Plan(state).Starts.Where(static start => start.Updates[0] == Newer).Select(static start => start.Node.Name).ShouldBe(["node-001"]);
        Plan(state).Starts.Where(static start => start.Updates[0] == Systemd).Count().ShouldBe(10);
    }

    [Fact]
    public void OfSeveralPackagesThoseComeThatHaveSoaked()
    {
        FleetState state = Updated(BySize, minutesAgo: 60);
        state = state with { Nodes = [.. state.Nodes.Select(Pending(Bash, Systemd))] };
        RecycleStart[] starts = [.. Plan(state).Starts];
        starts.Length.ShouldBe(20);
        starts.Count(static start => start.Updates.Contains(Bash)).ShouldBe(1);
        starts.Skip(1).ShouldAllBe(static start => start.Updates.Single() == Systemd);
    }

    [Fact]
    public void AWaveThatNamesItsNodesHasTriedItFirst()
    {
        FleetNode[] nodes = Nodes(5, Pending(Systemd));
        FleetState nobody = State(BySelector, nodes);
        Started(nobody).ShouldBeEmpty();
        ObstacleOf(nobody, 1)!.Message.ShouldEndWith("no node of wave canary has it or waits for it, and nobody has tried it");
        FleetNode canary = nodes[4] with { Labels = new Dictionary<string, string> { ["pool"] = "workers", ["canary"] = "yes" } };
        FleetState state = State(BySelector, [.. nodes[..4], canary]);
        Started(state).ShouldBe(["node-005"]);
        state = state with { Nodes = [.. nodes[..4], Pending()(canary)], Updated = [new UpdatedNode(canary.Uid, "workers", Now - Soak, [Systemd])] };
        Started(state).Length.ShouldBe(4);
    }

    [Fact]
    public void WhatWasReleasedStaysReleased()
    {
        FleetState state = Updated(BySize, minutesAgo: 60);
        Plan(state).Policies.Single().Released.ShouldBe([Systemd]);
        Policy later = BySize with { Released = new HashSet<PackageVersion> { Systemd } };
        // A week later nobody knows of the canary's update.
        Started(State(later, [.. state.Nodes])).Length.ShouldBe(19);
        Plan(State(BySize, Nodes(3, Pending(Systemd)))).Policies.Single().Released.ShouldBeEmpty();
    }

    [Fact]
    public void WhatHasHurtANodeIsBroughtToNoOther()
    {
        FleetState state = State(AtOnce, Nodes(3, Pending(Bash, Systemd))) with { Halted = [new HaltedVersion(Systemd, "NodeRecycle x of node y failed, and policy z is frozen")] };
        Plan(state).Starts.ShouldAllBe(static start => start.Updates.Single() == Bash);
        state = state with { Nodes = Nodes(3, Pending(Systemd)) };
        ObstacleOf(state, 1)!.Message.ShouldBe("what is pending has hurt a node: systemd:amd64 252.38: NodeRecycle x of node y failed, and policy z is frozen");
    }

    [Fact]
    public void ARebootThatIsDueDoesNotWaitForPackagesThatHaveTo()
    {
        Policy policy = BySize with { RebootWhenRequired = true };
        FleetNode[] nodes = Nodes(2, node => Pending(Systemd)(node) with { RebootRequired = true });
        RecycleStart[] starts = [.. Plan(State(policy, nodes)).Starts];
        starts[0].Reasons.ShouldBe([RecycleReason.Reboot, RecycleReason.Update]);
        starts[0].Updates.ShouldBe([Systemd]);
        starts[1].Reasons.ShouldBe([RecycleReason.Reboot]);
        starts[1].Updates.ShouldBeEmpty();
    }

    [Fact]
    public void AMachineThatIsReplacedIsNotUpdatedBefore()
    {
        RecycleStart start = Plan(State(AtOnce with { Image = "2" }, Nodes(1, Pending(Systemd)))).Starts.Single();
        start.Reasons.ShouldBe([RecycleReason.Image, RecycleReason.Update]);
        start.Updates.ShouldBeEmpty();
    }

    private static Func<FleetNode, FleetNode> Pending(params PackageVersion[] packages) => node => node with
    {
        Pending = new PendingSet(string.Join(',', packages), packages, packages),
        Hazard = HazardState.None,
    };

    private static PlannedRecycle Updating(FleetNode node, params PackageVersion[] packages) => Running(node, RecycleReason.Update) with { Updates = packages };

    // Of twenty nodes the first has the version.
    private static FleetState Updated(Policy policy, int minutesAgo)
    {
        FleetNode[] nodes = Nodes(20, Pending(Systemd));
        nodes[0] = Pending()(nodes[0]);
        return State(policy, nodes) with { Updated = [new UpdatedNode(nodes[0].Uid, "workers", Now.AddMinutes(-minutesAgo), [Systemd])] };
    }
}
