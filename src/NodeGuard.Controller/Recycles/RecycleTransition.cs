using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles;

/// <summary>How a recycle's status changes.</summary>
internal static class RecycleTransition
{
    public static void Apply(
        NodeRecycleStatus status, RecycleContext recycle, RecycleLook look, RecycleEvent happened, RecyclePhase to, List<OwnerStatus>? owners, string message)
    {
        TimeSpan? time = new RecycleSettings(recycle.Policy?.Spec).TimeFor(to, recycle.WantsFirst);
        status.Phase = to.ToString();
        status.PhaseSince = recycle.Now;
        status.PhaseDeadline = time is { } limit ? recycle.Now + limit : null;
        status.Message = message;
        status.FinishedAt = to.IsFinal() ? recycle.Now : null;
        status.Owners = owners ?? status.Owners;
        if (look.Drain.State != DrainState.NotStarted)
            SetDrain(status, look.Drain, message);
        switch (happened)
        {
            case RecycleEvent.SlotTaken:
                Begin(status, recycle);
                break;
            case RecycleEvent.Cordoned when look.Successor is { } first:
                status.Replacement!.Successor = new SuccessorNode { Name = first.Name, Uid = first.Uid };
                break;
            case RecycleEvent.Drained when UpdateByAgent.Drains(recycle.Recycle, recycle.Policy):
                RecycleStatusWriter.SetCondition(status, FleetConditions.Drained, true, "Drained", message, recycle.Now);
                break;
            case RecycleEvent.ActionDone:
                RecycleStatusWriter.SetCondition(status, FleetConditions.Replaced, true, "Replaced", message, recycle.Now);
                status.Replacement!.Successor = new SuccessorNode { Name = look.Successor!.Name, Uid = look.Successor.Uid };
                break;
            // What has changed nothing has hurt nobody, and freezes nothing.
            case RecycleEvent.ActionFailed when UpdateByAgent.HasChangedNothing(recycle):
                (status.Replacement!.RequestedAt, status.Replacement.Updates, status.Replacement.Repair) = (null, null, null);
                break;
            case RecycleEvent.Well:
                RecycleStatusWriter.SetCondition(status, FleetConditions.Verified, true, "Well", message, recycle.Now);
                break;
        }

        // The next try begins from the start, with a slot of its own.
        if (to == RecyclePhase.Pending)
            RecycleStatusWriter.SetCondition(status, FleetConditions.Admitted, false, happened.ToString(), message, recycle.Now);
    }

    public static void SetDrain(NodeRecycleStatus status, DrainLook drain, string message)
    {
        status.Message = message;
        status.Drain = new DrainStatus
        {
            Evicted = drain.Evicted,
            Remaining = drain.Remaining,
            Blockers = drain.Blockers.Count == 0 ? null : [.. drain.Blockers.Select(static left => new DrainBlocker { Pod = $"{left.Pod.Namespace}/{left.Pod.Name}", Why = left.Why })],
        };
    }

    public static void SetAsked(NodeRecycleStatus status, RecycleContext recycle, Preparation.Ready prepared)
    {
        status.Replacement ??= new ReplacementStatus();
        status.Replacement.Resource = prepared.Resource;
        status.Replacement.Updates = prepared.Updates;
        status.Replacement.Repair = prepared.Repairs ? true : null;
        status.Replacement.RequestedAt = recycle.Now;
        status.Replacement.Image = recycle.Policy?.Spec?.Image?.Version is { Length: > 0 } image ? image : null;
        // The one that came first is known by the request for it.
        if (!recycle.IsSurged)
            status.Replacement.NewestBefore = MachineOutcome.NewestBefore(recycle.View);
    }

    public static void SetSurged(NodeRecycleStatus status, RecycleContext recycle, ReplacedResource? resource)
    {
        status.Replacement ??= new ReplacementStatus();
        status.Replacement.SurgedResource = resource;
        status.Replacement.SurgedAt = recycle.Now;
        status.Replacement.Image = recycle.Policy?.Spec?.Image?.Version is { Length: > 0 } image ? image : null;
        status.Replacement.NewestBefore = MachineOutcome.NewestBefore(recycle.View);
    }

    /// <summary>Worth a write: who is in the way has changed.</summary>
    public static bool TellsMore(DrainStatus? told, DrainLook drain) =>
        drain.State == DrainState.Running
        && !(told?.Blockers ?? []).Select(static blocker => blocker.Pod).Order(StringComparer.Ordinal).SequenceEqual(
            drain.Blockers.Select(static left => $"{left.Pod.Namespace}/{left.Pod.Name}").Order(StringComparer.Ordinal));

    private static void Begin(NodeRecycleStatus status, RecycleContext recycle)
    {
        SeenNode node = recycle.Node!;
        status.StartedAt = recycle.Now;
        status.Attempts = RecycleReading.Attempts(recycle.Recycle) + 1;
        status.Drain = null;
        status.Owners = null;
        status.Conditions = null;
        status.Node = new RecycledNode
        {
            Uid = node.Uid,
            BootId = node.BootId,
            ProviderId = node.ProviderId.Length > 0 ? node.ProviderId : null,
            Zone = node.Zone.Length > 0 ? node.Zone : null,
            Policy = recycle.Policy?.Metadata.Name,
            CordonedByAdmin = node.Draining.Unschedulable && !NodeMark.Stands(node, recycle.Uid),
        };
        // What a try before has brought is there already: the next one needs no other.
        if (!recycle.IsSurged)
            status.Replacement = new ReplacementStatus { Method = MachineOutcome.MethodOf(recycle.Recycle, recycle.Policy)?.ToString() };
        RecycleStatusWriter.SetCondition(status, FleetConditions.Admitted, true, "SlotTaken", "every budget has room for it", recycle.Now);
    }
}
