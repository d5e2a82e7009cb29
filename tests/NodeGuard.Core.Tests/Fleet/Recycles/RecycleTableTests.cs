using NodeGuard.Core.Fleet.Recycles;
using Shouldly;
using Xunit;
using At = NodeGuard.Core.Fleet.Recycles.RecyclePhase;
using On = NodeGuard.Core.Fleet.Recycles.RecycleEvent;

namespace NodeGuard.Core.Tests.Fleet.Recycles;

/// <summary>Every phase with every event: one row each. What is not in the list below stays where it is.</summary>
public sealed class RecycleTableTests
{
    private const bool Undo = true;

    private static readonly Dictionary<(At, On), RecycleMove> Moves = new()
    {
        [(At.Pending, On.SlotTaken)] = new(At.Cordoned),
        [(At.Pending, On.CancelAsked)] = new(At.Cancelled),
        [(At.Pending, On.NodeGone)] = new(At.Cancelled),
        [(At.Pending, On.NodeIsAnother)] = new(At.Cancelled),
        [(At.Cordoned, On.Cordoned)] = new(At.Draining),
        [(At.Cordoned, On.SlotLost)] = new(At.Pending, Undo),
        [(At.Cordoned, On.CameBack)] = new(At.Pending, Undo),
        [(At.Cordoned, On.Stopped)] = new(At.Pending, Undo),
        [(At.Cordoned, On.CancelAsked)] = new(At.Cancelled, Undo),
        [(At.Cordoned, On.Uncordoned)] = new(At.Cancelled, Undo),
        [(At.Cordoned, On.NodeGone)] = new(At.Cancelled),
        [(At.Cordoned, On.NodeIsAnother)] = new(At.Cancelled),
        [(At.Cordoned, On.ActionFailed)] = new(At.Failed, Undo),
        [(At.Cordoned, On.TimedOut)] = new(At.Failed, Undo),
        [(At.Draining, On.Drained)] = new(At.Acting),
        [(At.Draining, On.DrainForced)] = new(At.Acting),
        [(At.Draining, On.DrainGaveUp)] = new(At.Pending, Undo),
        [(At.Draining, On.SlotLost)] = new(At.Pending, Undo),
        [(At.Draining, On.DrainFailed)] = new(At.Failed, Undo),
        [(At.Draining, On.TimedOut)] = new(At.Failed, Undo),
        [(At.Draining, On.CancelAsked)] = new(At.Cancelled, Undo),
        [(At.Draining, On.Uncordoned)] = new(At.Cancelled, Undo),
        [(At.Draining, On.NodeGone)] = new(At.Cancelled),
        [(At.Draining, On.NodeIsAnother)] = new(At.Cancelled),
        [(At.Acting, On.CancelAsked)] = new(At.Cancelled, Undo),
        [(At.Acting, On.Uncordoned)] = new(At.Cancelled, Undo),
        [(At.Acting, On.NodeGone)] = new(At.Cancelled),
        [(At.Acting, On.NodeIsAnother)] = new(At.Cancelled),
        [(At.Acting, On.ActionDone)] = new(At.Verifying),
        [(At.Acting, On.ActionFailed)] = new(At.Failed, Undo),
        [(At.Acting, On.TimedOut)] = new(At.Failed, Undo),
        [(At.Verifying, On.Well)] = new(At.Succeeded, Undo),
        [(At.Verifying, On.Ill)] = new(At.Failed, Undo),
        [(At.Verifying, On.TimedOut)] = new(At.Failed, Undo),
    };

    public static TheoryData<At, On> Cells()
    {
        var cells = new TheoryData<At, On>();
        foreach (At phase in Enum.GetValues<At>())
        {
            foreach (On happened in Enum.GetValues<On>())
                cells.Add(phase, happened);
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_event_in_every_phase_leads_where_its_row_says(At phase, On happened) =>
        RecycleTable.Next(phase, happened).ShouldBe(Moves.GetValueOrDefault((phase, happened), new RecycleMove(phase)));

    [Theory]
    [MemberData(nameof(Cells))]
    public void What_has_ended_never_moves(At phase, On happened)
    {
        if (phase.IsFinal())
            RecycleTable.Next(phase, happened).To.ShouldBe(phase);
        else
            RecycleTable.Next(phase, On.Waiting).To.ShouldBe(phase);
    }

    [Fact]
    [Trait("Invariant", "6")]
    public void The_machine_is_only_reached_by_a_drain_that_ended_or_by_force() =>
        Moves.Where(static row => row.Value.To == At.Acting).Select(static row => row.Key)
            .ShouldBe([(At.Draining, On.Drained), (At.Draining, On.DrainForced)], ignoreOrder: true);
}
