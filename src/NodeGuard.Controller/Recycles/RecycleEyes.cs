using NodeGuard.Controller.Fleet;
using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Selecting;
using NodeGuard.Kubernetes.Draining;

namespace NodeGuard.Controller.Recycles;

/// <summary>What one look shows, as the table takes it, and the words for a person.</summary>
/// <param name="ActionMessage">What the method or the health check says; empty for nothing.</param>
internal sealed record RecycleLook(RecycleObservation Seen, DrainLook Drain, string ActionMessage, SeenNode? Successor);

/// <summary>Looks at one recycle: no writes.</summary>
internal sealed class RecycleEyes(DrainRuns drains, WorkloadOwners owners, HealthQueries queries)
{
    /// <param name="refusal">What the method has refused in this term; null for nothing.</param>
    /// <param name="before">What the drain waits for; null for nothing.</param>
    /// <param name="mayTimeOut">It was watched for long enough to say that its time is over.</param>
    public async Task<RecycleLook> LookAsync(RecycleContext recycle, string? refusal, string? before, bool mayTimeOut, CancellationToken cancellation)
    {
        RecyclePhase phase = RecycleReading.Phase(recycle.Recycle)!.Value;
        // Pods that stay are in nobody's way.
        DrainLook drain = UpdateByAgent.Drains(recycle.Recycle, recycle.Policy) ? drains.Look(recycle.Uid) : DrainLook.None with { State = DrainState.Drained };
        SeenNode? successor = phase switch
        {
            RecyclePhase.Cordoned => MachineOutcome.First(recycle),
            >= RecyclePhase.Acting => Successor(recycle),
            _ => null,
        };
        if (phase == RecyclePhase.Acting)
            refusal ??= Lost(recycle);
        if (phase == RecyclePhase.Cordoned && recycle.WantsFirst && refusal is null && before is null)
            (refusal, before) = ComesFirst(recycle, successor);
        HealthVerdict verdict = phase == RecyclePhase.Verifying ? await JudgeAsync(recycle, successor, cancellation) : new(Health.Unknown, string.Empty);
        var seen = new RecycleObservation
        {
            Phase = phase,
            CancelAsked = IsCancelled(recycle),
            Forced = RecycleReading.IsForced(recycle.Recycle),
            Node = Presence(recycle),
            HasSlot = recycle.Slot is not null,
            CameBack = SlotBook.CameBack(recycle.Slot, recycle.Node),
            Stopped = IsStopped(recycle),
            Cordon = Cordon(recycle, phase),
            Drain = drain.State,
            Attempts = RecycleReading.Attempts(recycle.Recycle),
            Action = Action(recycle, successor, refusal),
            AwaitsSuccessor = before is not null,
            CordonTaken = phase == RecyclePhase.Cordoned && recycle.Node is { } taken && NodeMark.LostItsCordon(taken, recycle.Uid),
            Health = verdict.Health,
            TimedOut = mayTimeOut && recycle.Recycle.Status?.PhaseDeadline is { } deadline && deadline <= recycle.Now,
        };
        return new RecycleLook(seen, drain, refusal ?? before ?? verdict.Message, successor);
    }

    /// <summary>A policy that is gone, or lets go of the node, cancels what no person asked for, until the machine was asked.</summary>
    private static bool IsCancelled(RecycleContext recycle) =>
        recycle.Recycle.Spec?.Cancel == true
        || recycle.Recycle.Metadata.DeletionTimestamp is not null
        || (RecycleReading.IsAutomatic(recycle.Recycle) && !recycle.IsAsked && !IsSelected(recycle));

    private static bool IsSelected(RecycleContext recycle) =>
        recycle.Policy is { } policy && (recycle.Node is null || Observations.Selector(policy.Spec?.NodeSelector).Matches(recycle.Node.Labels));

    private static NodePresence Presence(RecycleContext recycle) =>
        recycle.Node is not null ? NodePresence.Present : recycle.Namesake is null ? NodePresence.Gone : NodePresence.Another;

    private static bool IsStopped(RecycleContext recycle) =>
        recycle.Fleet?.Spec?.Paused == true || recycle.Fleet?.Status?.Freeze is not null
        || recycle.Policy?.Spec?.Paused == true || recycle.Policy?.Status?.Freeze is not null;

    // A node is ours with cordon and taint: without the taint, an admin who takes back a cordon of their own would let pods
    // come between the drain and what is asked of the machine (Invariant 6).
    private static CordonState Cordon(RecycleContext recycle, RecyclePhase phase) => recycle.Node is not { } node ? CordonState.Unknown
        : phase == RecyclePhase.Cordoned && node.Marked != recycle.Uid ? CordonState.None
        : CordonDecision.Owner(node.Draining, RecycleReading.CordonId(recycle.Uid)) switch
        {
            CordonOwner.None => CordonState.None,
            CordonOwner.Other => CordonState.Others,
            _ => CordonState.Ours,
        };

    private static ActionState Action(RecycleContext recycle, SeenNode? successor, string? refusal)
    {
        if (refusal is not null)
            return ActionState.Failed;
        if (!recycle.IsAsked)
            return ActionState.NotAsked;
        return successor is not null ? ActionState.Done : ActionState.Running;
    }

    /// <summary>The node that has to prove itself: the same one after a reboot, otherwise the one that came.</summary>
    private static SeenNode? Successor(RecycleContext recycle)
    {
        if (!recycle.IsAsked)
            return null;
        return MachineOutcome.MethodOf(recycle.Recycle, recycle.Policy) switch
        {
            ReplacementMethod.Reboot => RebootByAgent.IsDone(recycle, AgentOperation.Id(recycle)) ? recycle.Node : null,
            ReplacementMethod.Update => RecycleReading.Phase(recycle.Recycle) == RecyclePhase.Verifying || UpdateByAgent.IsDone(recycle) ? recycle.Node : null,
            _ => MachineOutcome.Successor(recycle),
        };
    }

    /// <summary>What was counted on is gone: the machine that was to start again, or the one that came first. Null otherwise.</summary>
    private static string? Lost(RecycleContext recycle) => recycle switch
    {
        { IsAsked: true, Node: null } when MachineOutcome.MethodOf(recycle.Recycle, recycle.Policy) is ReplacementMethod.Reboot or ReplacementMethod.Update =>
            $"node {recycle.NodeName} is gone: somebody deleted it while it was to be rebooted or updated",
        { IsAsked: false, IsSurged: true, Replacement.Successor: { } first } when MachineOutcome.Known(recycle) is null =>
            $"node {first.Name}, which had come first, is gone: somebody deleted it before node {recycle.NodeName} went",
        _ => null,
    };

    /// <summary>
    /// A new machine that comes first has to be as well as one that comes last: a wrong image is found here, before a pod has moved.
    /// </summary>
    private static (string? Refusal, string? Before) ComesFirst(RecycleContext recycle, SeenNode? first)
    {
        HealthVerdict verdict = SuccessorHealth.Judge(Proving(recycle, first), new RecycleSettings(recycle.Policy?.Spec).MinReady, recycle.Now);
        return verdict.Health switch
        {
            Health.Well => (null, null),
            Health.Ill => (verdict.Message, null),
            _ => (null, verdict.Message),
        };
    }

    private async Task<HealthVerdict> JudgeAsync(RecycleContext recycle, SeenNode? successor, CancellationToken cancellation)
    {
        // It was there when this phase began.
        if (successor is null && recycle.Replacement?.Successor is { } gone)
        {
            return new HealthVerdict(
                Health.Ill,
                gone.Uid == RecycleReading.NodeUid(recycle.Recycle)
                    ? $"node {gone.Name} is gone: somebody deleted it before it had proved well"
                    : $"node {gone.Name}, which had come in the place of {recycle.NodeName}, is gone: somebody deleted it before it had proved well");
        }

        var settings = new RecycleSettings(recycle.Policy?.Spec);
        ProvingNode proving = Proving(recycle, successor);
        HealthVerdict verdict = SuccessorHealth.Judge(proving, settings.MinReady, recycle.Now);
        // Workloads and queries cost calls: they are asked when all else is well.
        if (verdict.Health != Health.Well)
            return verdict;
        IReadOnlyList<string>? lacking = await owners.LackingAsync(recycle.Recycle.Status?.Owners ?? [], cancellation);
        QueryVerdict queried = await queries.FailingAsync(recycle.Policy?.Spec?.Health, cancellation);
        return SuccessorHealth.Judge(
            proving with { OwnersLacking = lacking, QueriesFailing = queried.Failing, QueriesProblem = queried.Problem }, settings.MinReady, recycle.Now);
    }

    private static ProvingNode Proving(RecycleContext recycle, SeenNode? node)
    {
        if (node is null)
            return new ProvingNode();
        SeenAgent? agent = recycle.View.Heard(node);
        bool replaced = node.Uid != RecycleReading.NodeUid(recycle.Recycle);
        LabelMatch? pool = recycle.Policy is { } policy ? Observations.Selector(policy.Spec?.NodeSelector) : null;
        return new ProvingNode
        {
            Name = node.Name,
            InPool = pool?.Matches(node.Labels) != false,
            ReadySince = node.IsReady ? ReadySince(recycle, node) : null,
            WantedImage = replaced ? WantedImage(recycle, agent) : null,
            Image = agent?.Image,
            NeedsAgent = recycle.View.Agents.Objects.Any(static other => other.Heartbeat is not null),
            RoutesIntact = agent?.Routes switch { RouteState.Intact => true, RouteState.Lost or RouteState.Restoring => false, _ => null },
        };
    }

    // A soft reboot is over before anybody misses the kubelet: what was told before it proves nothing.
    private static DateTimeOffset ReadySince(RecycleContext recycle, SeenNode node) =>
        RebootByAgent.KeepsBoot(recycle) && recycle.Recycle.Status?.PhaseSince is { } since && since > node.ReadySince ? since : node.ReadySince;

    /// <summary>Null: any. A policy's newer image is no fault of a machine that was asked for with the one before.</summary>
    private static string? WantedImage(RecycleContext recycle, SeenAgent? agent)
    {
        string? wanted = recycle.Policy?.Spec?.Image?.Version is { Length: > 0 } image ? image : null;
        return wanted is not null && recycle.Replacement?.Image is { } before && agent?.Image == before ? before : wanted;
    }
}
