using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Fleet.Recycles;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet.Recycles;

/// <summary>Which of the things that one look shows is the one that counts.</summary>
public sealed class RecycleEventsTests
{
    private static readonly RecycleObservation Draining = new()
    {
        Phase = RecyclePhase.Draining,
        Node = NodePresence.Present,
        HasSlot = true,
        Cordon = CordonState.Ours,
        Attempts = 1,
    };

    private static readonly Gen<RecycleObservation> Anything =
        from phase in Gen.Elements(Enum.GetValues<RecyclePhase>())
        from flags in Gen.ListOf(Gen.Elements(true, false), 8)
        from node in Gen.Elements(Enum.GetValues<NodePresence>())
        from cordon in Gen.Elements(Enum.GetValues<CordonState>())
        from drain in Gen.Elements(Enum.GetValues<DrainState>())
        from action in Gen.Elements(Enum.GetValues<ActionState>())
        from health in Gen.Elements(Enum.GetValues<Health>())
        from attempts in Gen.Choose(0, 4)
        select new RecycleObservation
        {
            Phase = phase,
            CancelAsked = flags[0],
            Forced = flags[1],
            HasSlot = flags[2],
            Stopped = flags[3],
            AwaitsSuccessor = flags[4],
            TimedOut = flags[5],
            CordonTaken = flags[6],
            CameBack = flags[7],
            Node = node,
            Cordon = cordon,
            Drain = drain,
            Action = action,
            Health = health,
            Attempts = attempts,
        };

    [Fact]
    [Trait("Invariant", "6")]
    public void No_look_leads_to_the_machine_but_that_at_a_drained_node_or_with_force() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(Arb.From(Anything), static seen =>
        {
            if (RecycleTable.Next(seen.Phase, RecycleEvents.Of(seen)).To != RecyclePhase.Acting || seen.Phase == RecyclePhase.Acting)
                return true;
            bool drained = seen.Drain == DrainState.Drained && seen.Cordon is CordonState.Ours or CordonState.Others;
            return seen is { Phase: RecyclePhase.Draining, HasSlot: true, CancelAsked: false } && (drained || seen is { Forced: true, Drain: DrainState.Failed });
        }));

    [Fact]
    [Trait("Invariant", "11")]
    public void What_could_not_be_read_neither_succeeds_nor_takes_a_slot() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(Arb.From(Anything), static seen =>
        {
            RecyclePhase to = RecycleTable.Next(seen.Phase, RecycleEvents.Of(seen)).To;
            return (to != RecyclePhase.Succeeded || seen.Phase == to || seen.Health == Health.Well)
                && (to != RecyclePhase.Cordoned || seen.Phase == to || seen.Node == NodePresence.Present);
        }));

    [Fact]
    [Trait("Invariant", "5")]
    public void A_slot_that_was_no_room_takes_no_node_that_is_back() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(Arb.From(Anything), static seen =>
        {
            RecyclePhase to = RecycleTable.Next(seen.Phase, RecycleEvents.Of(seen)).To;
            return !seen.CameBack || seen.Phase > RecyclePhase.Cordoned || to == RecyclePhase.Pending || to.IsFinal();
        }));

    [Fact]
    public void A_cancel_comes_before_everything() =>
        RecycleEvents.Of(Draining with { CancelAsked = true, Drain = DrainState.Drained, TimedOut = true }).ShouldBe(RecycleEvent.CancelAsked);

    [Fact]
    public void What_was_asked_of_the_machine_is_not_cancelled_any_more() =>
        RecycleEvents.Of(Draining with { Phase = RecyclePhase.Acting, CancelAsked = true, Action = ActionState.Running }).ShouldBe(RecycleEvent.Waiting);

    [Fact]
    public void An_admin_s_uncordon_during_the_drain_is_a_no() =>
        RecycleEvents.Of(Draining with { Cordon = CordonState.None, Drain = DrainState.Running }).ShouldBe(RecycleEvent.Uncordoned);

    [Theory]
    [InlineData(true, true, RecycleEvent.Uncordoned)]
    [InlineData(true, false, RecycleEvent.Uncordoned)]
    [InlineData(false, true, RecycleEvent.Waiting)]
    [InlineData(false, false, RecycleEvent.Waiting)]
    public void A_cordon_that_is_not_there_yet_is_no_uncordon(bool taken, bool awaits, RecycleEvent expected) =>
        RecycleEvents.Of(Draining with { Phase = RecyclePhase.Cordoned, Cordon = CordonState.None, CordonTaken = taken, AwaitsSuccessor = awaits }).ShouldBe(expected);

    [Theory]
    [InlineData(CordonState.Ours, false, RecycleEvent.Cordoned)]
    [InlineData(CordonState.Others, false, RecycleEvent.Cordoned)]
    [InlineData(CordonState.Ours, true, RecycleEvent.Waiting)]
    [InlineData(CordonState.Others, true, RecycleEvent.Waiting)]
    public void A_node_is_not_drained_before_what_it_waits_for_has_come(CordonState cordon, bool awaits, RecycleEvent expected) =>
        RecycleEvents.Of(Draining with { Phase = RecyclePhase.Cordoned, Cordon = cordon, AwaitsSuccessor = awaits }).ShouldBe(expected);

    [Theory]
    [InlineData(1, false, RecycleEvent.DrainGaveUp)]
    [InlineData(2, false, RecycleEvent.DrainGaveUp)]
    [InlineData(3, false, RecycleEvent.DrainFailed)]
    [InlineData(1, true, RecycleEvent.DrainForced)]
    public void A_failed_drain_is_tried_again_three_times_and_passed_over_by_force_only(int attempts, bool forced, RecycleEvent expected) =>
        RecycleEvents.Of(Draining with { Drain = DrainState.Failed, Attempts = attempts, Forced = forced }).ShouldBe(expected);

    [Fact]
    public void A_freeze_holds_a_drained_node_where_it_is() =>
        RecycleEvents.Of(Draining with { Drain = DrainState.Drained, Stopped = true }).ShouldBe(RecycleEvent.Stopped);

    [Fact]
    public void A_node_of_the_same_name_is_another_node() =>
        RecycleEvents.Of(Draining with { Node = NodePresence.Another }).ShouldBe(RecycleEvent.NodeIsAnother);
}
