namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>The one event that counts of all that a look shows: what stops comes before what leads on.</summary>
public static class RecycleEvents
{
    public static RecycleEvent Of(RecycleObservation seen) => seen.Phase switch
    {
        RecyclePhase.Pending => OfPending(seen),
        RecyclePhase.Cordoned => OfCordoned(seen),
        RecyclePhase.Draining => OfDraining(seen),
        RecyclePhase.Acting => OfActing(seen),
        RecyclePhase.Verifying => OfVerifying(seen),
        _ => RecycleEvent.Waiting,
    };

    private static RecycleEvent OfPending(RecycleObservation seen) => seen switch
    {
        { CancelAsked: true } => RecycleEvent.CancelAsked,
        { Node: NodePresence.Gone } => RecycleEvent.NodeGone,
        { Node: NodePresence.Another } => RecycleEvent.NodeIsAnother,
        { HasSlot: true, CameBack: true } => RecycleEvent.CameBack,
        { HasSlot: true, Node: NodePresence.Present } => RecycleEvent.SlotTaken,
        _ => RecycleEvent.Waiting,
    };

    private static RecycleEvent OfCordoned(RecycleObservation seen) => seen switch
    {
        { CancelAsked: true } => RecycleEvent.CancelAsked,
        { Node: NodePresence.Gone } => RecycleEvent.NodeGone,
        { Node: NodePresence.Another } => RecycleEvent.NodeIsAnother,
        { HasSlot: false } => RecycleEvent.SlotLost,
        { Stopped: true, Forced: false } => RecycleEvent.Stopped,
        { CordonTaken: true } => RecycleEvent.Uncordoned,
        { CameBack: true } => RecycleEvent.CameBack,
        { Action: ActionState.Failed } => RecycleEvent.ActionFailed,
        { Cordon: CordonState.Ours or CordonState.Others, AwaitsSuccessor: false } => RecycleEvent.Cordoned,
        { TimedOut: true } => RecycleEvent.TimedOut,
        _ => RecycleEvent.Waiting,
    };

    private static RecycleEvent OfDraining(RecycleObservation seen) => seen switch
    {
        { CancelAsked: true } => RecycleEvent.CancelAsked,
        { Node: NodePresence.Gone } => RecycleEvent.NodeGone,
        { Node: NodePresence.Another } => RecycleEvent.NodeIsAnother,
        { HasSlot: false } => RecycleEvent.SlotLost,
        { Cordon: CordonState.None } => RecycleEvent.Uncordoned,
        { Drain: DrainState.Failed, Forced: true } => RecycleEvent.DrainForced,
        { Drain: DrainState.Failed } when seen.Attempts < seen.MostAttempts => RecycleEvent.DrainGaveUp,
        { Drain: DrainState.Failed } => RecycleEvent.DrainFailed,
        // A drained node waits here for the freeze to be lifted: nothing is asked of its machine meanwhile.
        { Stopped: true, Forced: false } => seen.TimedOut ? RecycleEvent.TimedOut : RecycleEvent.Stopped,
        { Drain: DrainState.Drained, Cordon: not CordonState.Unknown } => RecycleEvent.Drained,
        { TimedOut: true } => RecycleEvent.TimedOut,
        _ => RecycleEvent.Waiting,
    };

    private static RecycleEvent OfActing(RecycleObservation seen) => seen switch
    {
        { Action: ActionState.NotAsked, CancelAsked: true } => RecycleEvent.CancelAsked,
        { Action: ActionState.NotAsked, Node: NodePresence.Gone } => RecycleEvent.NodeGone,
        { Action: ActionState.NotAsked, Node: NodePresence.Another } => RecycleEvent.NodeIsAnother,
        { Action: ActionState.NotAsked, Cordon: CordonState.None, Node: NodePresence.Present } => RecycleEvent.Uncordoned,
        { Action: ActionState.Done } => RecycleEvent.ActionDone,
        { Action: ActionState.Failed } => RecycleEvent.ActionFailed,
        { TimedOut: true } => RecycleEvent.TimedOut,
        _ => RecycleEvent.Waiting,
    };

    private static RecycleEvent OfVerifying(RecycleObservation seen) => seen switch
    {
        { Health: Health.Well } => RecycleEvent.Well,
        { Health: Health.Ill } => RecycleEvent.Ill,
        { TimedOut: true } => RecycleEvent.TimedOut,
        _ => RecycleEvent.Waiting,
    };
}
