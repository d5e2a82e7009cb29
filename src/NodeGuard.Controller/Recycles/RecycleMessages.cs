using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Controller.Recycles;

/// <summary>What a person reads of a recycle: one sentence for each event.</summary>
internal static class RecycleMessages
{
    public static string For(RecycleEvent happened, RecycleContext recycle, RecycleLook look) => happened switch
    {
        RecycleEvent.SlotTaken => $"node {recycle.NodeName} is next: it is cordoned",
        RecycleEvent.CancelAsked when recycle.Recycle.Spec?.Cancel == true => "cancelled by spec.cancel",
        RecycleEvent.CancelAsked when recycle.Recycle.Metadata.DeletionTimestamp is not null => "cancelled: its object was deleted",
        RecycleEvent.CancelAsked when recycle.Policy is { } policy => $"cancelled: policy {policy.Metadata.Name} does not select node {recycle.NodeName} any more",
        RecycleEvent.CancelAsked => $"cancelled: policy {recycle.Recycle.Spec?.Policy} was deleted",
        RecycleEvent.NodeGone => $"somebody else deleted node {recycle.NodeName}; nothing more is done",
        RecycleEvent.NodeIsAnother => $"node {recycle.NodeName} was made anew since this was asked for; request a recycle of the new one if that is meant",
        RecycleEvent.SlotLost => "its slot was taken away; it waits for another one",
        RecycleEvent.CameBack => $"node {recycle.NodeName} was unavailable when it was admitted, and is back: it waits for room",
        RecycleEvent.Cordoned when look.Successor is { } first => $"node {first.Name} has come first, and is well; node {recycle.NodeName} is drained",
        RecycleEvent.Cordoned => $"node {recycle.NodeName} takes no new pods; it is drained",
        RecycleEvent.Uncordoned => $"somebody uncordoned node {recycle.NodeName}; that is taken as a no: request it again if it is meant",
        RecycleEvent.Drained when !UpdateByAgent.Drains(recycle.Recycle, recycle.Policy) => $"node {recycle.NodeName} is updated with its pods on it",
        RecycleEvent.Drained => $"node {recycle.NodeName} is drained: {Pods(look.Drain.Evicted)} moved away",
        RecycleEvent.DrainGaveUp => $"{look.Drain.Message}{Blockers(look.Drain)}; tried again later",
        RecycleEvent.DrainFailed => $"{look.Drain.Message}{Blockers(look.Drain)}; {look.Seen.Attempts} tries were made",
        RecycleEvent.DrainForced => $"{look.Drain.Message}; going on, as force was said",
        RecycleEvent.Stopped => $"node {recycle.NodeName} is given back: {Stop(recycle)}",
        RecycleEvent.ActionDone when recycle.Replacement?.Updates is not null => $"node {recycle.NodeName} is updated{UpdateByAgent.Named(recycle)}; it has to prove itself",
        RecycleEvent.ActionDone when recycle.Replacement?.Repair == true => $"the package manager of node {recycle.NodeName} is whole again; the node has to prove itself",
        RecycleEvent.ActionDone => look.Successor?.Name == recycle.NodeName
            ? $"node {recycle.NodeName} has come back; it has to prove itself"
            : $"node {look.Successor?.Name} has come in the place of {recycle.NodeName}; it has to prove itself",
        RecycleEvent.ActionFailed when UpdateByAgent.HasChangedNothing(recycle) => look.ActionMessage,
        RecycleEvent.ActionFailed or RecycleEvent.Well or RecycleEvent.Ill => look.ActionMessage + UpdateByAgent.Named(recycle),
        RecycleEvent.TimedOut => TimedOut(recycle, look) + UpdateByAgent.Named(recycle),
        _ => recycle.Recycle.Status?.Message ?? string.Empty,
    };

    public static string Draining(DrainLook drain) =>
        drain.Blockers.Count == 0 ? $"so far {Pods(drain.Evicted)} left" : $"waits for {Pods(drain.Blockers.Count)}{Blockers(drain)}";

    /// <summary>Who holds it, and how to let it go on.</summary>
    public static string Stop(RecycleContext recycle)
    {
        string policy = recycle.Policy?.Metadata.Name ?? string.Empty;
        return recycle switch
        {
            { Fleet.Spec.Paused: true } => "the fleet is paused; nodeguard resume lets it go on",
            { Fleet.Status.Freeze: { } freeze } => $"the fleet is frozen ({freeze.Message}); nodeguard resume lets it go on",
            { Policy.Spec.Paused: true } => $"policy {policy} is paused; nodeguard resume {policy} lets it go on",
            { Policy.Status.Freeze: { } freeze } => $"policy {policy} is frozen ({freeze.Message}); nodeguard resume {policy} lets it go on",
            _ => "it may go on",
        };
    }

    private static string Pods(int count) => count == 1 ? "1 pod" : $"{count} pods";

    private static string TimedOut(RecycleContext recycle, RecycleLook look) => look.Seen.Phase switch
    {
        RecyclePhase.Cordoned when look.Seen.AwaitsSuccessor => $"what node {recycle.NodeName} waits for before its drain did not come in time: {recycle.Recycle.Status?.Message}",
        RecyclePhase.Cordoned => $"node {recycle.NodeName} could not be cordoned in time: {recycle.Recycle.Status?.Message}",
        RecyclePhase.Draining when look.Seen.Drain == DrainState.Drained => $"node {recycle.NodeName} was drained, and waited too long: {Stop(recycle)}",
        RecyclePhase.Draining => $"node {recycle.NodeName} was not drained in time{Blockers(look.Drain)}",
        RecyclePhase.Acting => recycle.Node is null
            ? $"no node came in the place of {recycle.NodeName} in time{Among(recycle)}: look at what makes the machines; the last that was heard: {recycle.Recycle.Status?.Message}"
            : $"node {recycle.NodeName} is still there: {recycle.Recycle.Status?.Message}",
        _ => $"not well in time: {look.ActionMessage}",
    };

    private static string Among(RecycleContext recycle) =>
        recycle.Policy is { } policy ? $" among the nodes that policy {policy.Metadata.Name} selects" : string.Empty;

    private static string Blockers(DrainLook drain) => drain.Blockers switch
    {
        [] => string.Empty,
        [LeftPod one] => $": {one.Pod.Namespace}/{one.Pod.Name}: {one.Why}",
        [LeftPod first, ..] => $": {first.Pod.Namespace}/{first.Pod.Name}: {first.Why}, and {drain.Blockers.Count - 1} more",
    };
}
