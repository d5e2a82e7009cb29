using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Recycles;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet;

public sealed class NodeConditionsTests
{
    /// <summary>Phase, drained, and which of the four hold.</summary>
    public static TheoryData<RecyclePhase, bool, string> Phases => new()
    {
        { RecyclePhase.Pending, false, "MaintenancePlanned" },
        { RecyclePhase.Pending, true, "MaintenancePlanned" },
        { RecyclePhase.Cordoned, false, "MaintenanceInProgress" },
        { RecyclePhase.Cordoned, true, "MaintenanceInProgress" },
        { RecyclePhase.Draining, false, "MaintenanceInProgress DrainInProgress" },
        { RecyclePhase.Draining, true, "MaintenanceInProgress DrainInProgress" },
        { RecyclePhase.Acting, false, "MaintenanceInProgress" },
        { RecyclePhase.Acting, true, "MaintenanceInProgress Drained" },
        { RecyclePhase.Verifying, false, "MaintenanceInProgress" },
        { RecyclePhase.Verifying, true, "MaintenanceInProgress Drained" },
        { RecyclePhase.Succeeded, true, "" },
        { RecyclePhase.Failed, true, "" },
        { RecyclePhase.Cancelled, true, "" },
    };

    [Theory]
    [MemberData(nameof(Phases))]
    public void A_phase_says_what_is_done_to_the_node(RecyclePhase phase, bool drained, string holding)
    {
        NodeConditionValue[] wanted = [.. NodeConditions.Wanted(null, "by-hand", phase, drained)];

        string.Join(' ', wanted.Where(static condition => condition.Status == "True").Select(static condition => condition.Type)).ShouldBe(holding);
        wanted.Select(static condition => condition.Type).ShouldBe(["MaintenancePlanned", "MaintenanceInProgress", "DrainInProgress", "Drained"]);
    }

    [Theory]
    [InlineData(RouteState.Intact, "True")]
    [InlineData(RouteState.Restoring, "False")]
    [InlineData(RouteState.Lost, "False")]
    [InlineData(RouteState.Unknown, "Unknown")]
    [Trait("Invariant", "11")]
    public void Routes_that_nobody_knows_of_are_unknown(RouteState routes, string status) =>
        NodeConditions.Wanted(routes, null, RecyclePhase.Pending, false).First().ShouldSatisfyAllConditions(
            condition => condition.Type.ShouldBe("NodeGuardRoutesIntact"),
            condition => condition.Status.ShouldBe(status));

    [Fact]
    public void A_node_to_which_nothing_was_ever_done_gets_nothing_but_its_routes() =>
        NodeConditions.Changes(NodeConditions.Wanted(RouteState.Intact, null, RecyclePhase.Pending, false), static _ => null)
            .Select(static condition => condition.Type).ShouldBe(["NodeGuardRoutesIntact"]);

    [Fact]
    public void What_held_is_taken_back_and_what_stands_is_not_written_again()
    {
        var has = new Dictionary<string, (string, string)>
        {
            ["NodeGuardRoutesIntact"] = ("False", "Restoring"),
            ["MaintenanceInProgress"] = ("True", "Draining"),
            ["DrainInProgress"] = ("True", "Draining"),
            ["MaintenancePlanned"] = ("False", "Draining"),
        };

        NodeConditions.Changes(NodeConditions.Wanted(RouteState.Lost, null, RecyclePhase.Pending, false), type => has.TryGetValue(type, out var value) ? value : null)
            .Select(static condition => $"{condition.Type} {condition.Status} {condition.Reason}")
            .ShouldBe(["NodeGuardRoutesIntact False Lost", "MaintenanceInProgress False NoRecycle", "DrainInProgress False NoRecycle"]);
    }
}
