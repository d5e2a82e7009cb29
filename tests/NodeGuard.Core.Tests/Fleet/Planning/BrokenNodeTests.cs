using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

/// <summary>Nodes that do not become ready again by themselves.</summary>
public sealed class BrokenNodeTests
{
    private static readonly Policy Mending = Policy() with { Image = null, RecycleNotReadyAfter = TimeSpan.FromMinutes(10), Budget = DisruptionBudget.One };

    [Theory]
    [InlineData(false, 11, true)]
    [InlineData(false, 10, true)]
    [InlineData(false, 9, false)]
    [InlineData(true, 60, false)]
    public void A_node_is_broken_when_it_has_not_been_ready_for_so_long(bool ready, int minutes, bool asked) =>
        Outlook(State(Mending, Node(1) with { Ready = ready, ReadySince = Now.AddMinutes(-minutes) }), 1).Reasons
            .ShouldBe(asked ? [RecycleReason.Unhealthy] : []);

    [Fact]
    public void Without_the_policy_s_word_nobody_asks_for_it() =>
        Outlook(State(Mending with { RecycleNotReadyAfter = null }, Node(1) with { Ready = false, ReadySince = Now.AddDays(-9) }), 1).Reasons.ShouldBeEmpty();

    /// <summary>Invariant 5: it is unavailable already, and its recycle costs nothing more; a second one waits all the same.</summary>
    [Fact]
    [Trait("Invariant", "5")]
    public void One_that_uses_up_the_budget_by_itself_is_started_and_no_other() =>
        Started(State(Mending, [.. Nodes(3, static node => node with { Ready = false, ReadySince = Now.AddMinutes(-20) })])).ShouldBe(["node-001"]);

    [Fact]
    public void It_comes_before_a_new_image_and_is_one_disruption_with_it()
    {
        FleetState state = State(
            Mending with { Image = "2" }, Node(1), Node(2) with { Ready = false, ReadySince = Now.AddMinutes(-20) });

        Started(state).ShouldBe(["node-002"]);
        Outlook(state, 2).Reasons.ShouldBe([RecycleReason.Unhealthy, RecycleReason.Image]);
    }
}
