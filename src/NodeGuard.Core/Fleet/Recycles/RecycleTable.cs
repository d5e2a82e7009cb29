using At = NodeGuard.Core.Fleet.Recycles.RecyclePhase;
using On = NodeGuard.Core.Fleet.Recycles.RecycleEvent;

namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>Where an event leads.</summary>
/// <param name="Undo">The node is given back as it was found: our cordon and taint are taken away.</param>
public readonly record struct RecycleMove(RecyclePhase To, bool Undo = false);

/// <summary>
/// Which event leads from which phase to which. What is not listed changes nothing: the phase's work, which may be done any
/// number of times, goes on.
/// </summary>
public static class RecycleTable
{
    public static RecycleMove Next(RecyclePhase phase, RecycleEvent happened) => (phase, happened) switch
    {
        // Nothing was done to the node yet.
        (At.Pending, On.SlotTaken) => new(At.Cordoned),
        (At.Pending, On.CancelAsked or On.NodeGone or On.NodeIsAnother) => new(At.Cancelled),

        // Cordoned, and perhaps a successor on its way; everything can be taken back.
        (At.Cordoned, On.Cordoned) => new(At.Draining),
        (At.Cordoned, On.SlotLost or On.CameBack or On.Stopped) => new(At.Pending, Undo: true),
        (At.Cordoned, On.CancelAsked or On.Uncordoned) => new(At.Cancelled, Undo: true),
        (At.Cordoned, On.NodeGone or On.NodeIsAnother) => new(At.Cancelled),
        (At.Cordoned, On.ActionFailed or On.TimedOut) => new(At.Failed, Undo: true),

        // Pods that have gone stay away; the node itself can still be taken back.
        (At.Draining, On.Drained or On.DrainForced) => new(At.Acting),
        (At.Draining, On.DrainGaveUp or On.SlotLost) => new(At.Pending, Undo: true),
        (At.Draining, On.DrainFailed or On.TimedOut) => new(At.Failed, Undo: true),
        (At.Draining, On.CancelAsked or On.Uncordoned) => new(At.Cancelled, Undo: true),
        (At.Draining, On.NodeGone or On.NodeIsAnother) => new(At.Cancelled),

        // These are only seen while nothing was asked of the machine (Invariant 6: pods may be back).
        (At.Acting, On.CancelAsked or On.Uncordoned) => new(At.Cancelled, Undo: true),
        (At.Acting, On.NodeGone or On.NodeIsAnother) => new(At.Cancelled),
        (At.Acting, On.ActionDone) => new(At.Verifying),
        (At.Acting, On.ActionFailed or On.TimedOut) => new(At.Failed, Undo: true),

        (At.Verifying, On.Well) => new(At.Succeeded, Undo: true),
        (At.Verifying, On.Ill or On.TimedOut) => new(At.Failed, Undo: true),

        _ => new(phase),
    };
}
