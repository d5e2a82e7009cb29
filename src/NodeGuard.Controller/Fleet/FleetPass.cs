using Microsoft.Extensions.Logging;
using NodeGuard.Controller.Metrics;
using NodeGuard.Controller.Notifications;
using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Fleet;

/// <summary>One look at the whole fleet: the plan, and what follows from it.</summary>
internal sealed partial class FleetPass(
    IKubeApi api, RecycleStatusWriter writer, ServedDefinitions definitions, Notifier notifier, ControllerMetrics metrics, TimeProvider time, ILogger log)
{
    private const int MostAtOnce = 50;

    // Why not changes often while a fleet rolls: each look writes a few.
    private const int MostSaid = 5;

    private readonly SlotBook _slots = new(api);
    private readonly RecycleMaker _maker = new(api);
    private readonly PolicyStatuses _policies = new(api);
    private readonly HoldWriter _holds = new(api);

    /// <summary>The last one; null before the first.</summary>
    public FleetPlan? Plan { get; private set; }

    /// <param name="leads">Asked right before slots are taken.</param>
    /// <returns>Whether there is more to write.</returns>
    public async Task<bool> RunAsync(ClusterView view, DateTimeOffset now, Func<Task<bool>> leads, CancellationToken term)
    {
        ApiResult<FleetObject> read = await _slots.ReadAsync(term);
        if (read is not ApiResult<FleetObject>.Ok { Value: var fleet })
        {
            NotRead(log, ((ApiResult<FleetObject>.Failed)read).Failure.Message);
            return false;
        }

        // What was given back makes room at once, in the same write.
        List<FleetSlot> slots = await _slots.KeptAsync(fleet, view, term);
        fleet.Status ??= new FleetStatus();
        bool changed = slots.Count != (fleet.Status.Slots?.Count ?? 0);
        fleet.Status.Slots = slots;
        FreezeStatus? frozenBefore = fleet.Status.Freeze;
        FreezeKeeper.Keep(fleet, fleet.Status, view, now);
        changed |= !ReferenceEquals(frozenBefore, fleet.Status.Freeze);
        FleetState state = FleetReading.StateOf(view, fleet);
        if (definitions.Problem is { } problem)
            state = state with { FrozenBecause = problem };
        long from = time.GetTimestamp();
        FleetPlan plan = FleetPlanner.Plan(state, now);
        metrics.Planned(time.GetElapsedTime(from));
        Plan = plan;
        await WithdrawAsync(plan, view, now, term);
        await SayWhyNotAsync(plan, view, definitions.Problem, term);
        // A freeze that this look sets stops this look's starts.
        var frozen = new HashSet<string>();
        if (await _policies.WriteAsync(plan, state, view, frozen, now, term) is { } failure)
            NotWritten(log, "the policies' status", failure.Message);
        // Not even by force: what cannot be noted down cannot be taken back.
        changed |= definitions.Problem is null && await TakeAsync(plan.Starts.Where(start => !frozen.Contains(start.Policy)), slots, view, now, term);
        changed |= notifier.Look(fleet.Spec?.Notifications ?? [], Notices(view, now), fleet.Status, now, term);
        if (changed && await leads())
            await WriteAsync(fleet, term);
        metrics.Saw(new FleetSight(fleet, view.Policies.Objects, view.Recycles.Objects, state, plan, now));
        await SweepAsync(view, term);
        if (!await leads())
            return false;
        var (more, notHeld) = await _holds.WriteAsync(plan, state, view, term);
        if (notHeld is not null)
            NotWritten(log, "the hold of a node", notHeld.Message);
        return more;
    }

    // By what is written: a freeze of this look may yet be refused, and then gets another id.
    private static IEnumerable<Notice> Notices(ClusterView view, DateTimeOffset now) => NoticeRules.Of(
        view.Fleets.Objects.FirstOrDefault(static fleet => fleet.Metadata.Name == FleetKeys.FleetName), view.Policies.Objects, view.Recycles.Objects, now);

    private async Task WriteAsync(FleetObject fleet, CancellationToken term)
    {
        fleet.Status!.ObservedGeneration = fleet.Metadata.Generation;
        if (await api.ReplaceAsync(ResourceTypes.Fleets, fleet, "status", new WriteOptions(ControllerNames.FieldManager), term)
            is ApiResult<FleetObject>.Failed { Failure: { } refused })
        {
            NotWritten(log, "the Fleet's slots", refused.Message);
        }
    }

    private async Task<bool> TakeAsync(IEnumerable<RecycleStart> starts, List<FleetSlot> slots, ClusterView view, DateTimeOffset now, CancellationToken term)
    {
        bool taken = false;
        var current = new Dictionary<string, bool>();
        foreach (RecycleStart start in starts)
        {
            if (!current.TryGetValue(start.Policy, out bool isCurrent))
                current.Add(start.Policy, isCurrent = await IsCurrentAsync(start.Policy, view, term));
            if (!isCurrent)
                continue;
            NodeRecycle? recycle = start.Recycle is { } asked
                ? view.Recycles.Objects.FirstOrDefault(known => known.Metadata.Uid == asked.Uid)
                : await MakeAsync(start, view, term);
            if (recycle is null || RecycleReading.Phase(recycle) != RecyclePhase.Pending || slots.Exists(slot => slot.RecycleUid == recycle.Metadata.Uid))
                continue;
            slots.Add(SlotBook.SlotFor(start, recycle, now));
            taken = true;
        }

        return taken;
    }

    /// <summary>
    /// Invariant 5: whoever leads again after a cut may have caches from before it, for as long as their watches hang. How many nodes
    /// may be out counts by what the server says when a slot is taken.
    /// </summary>
    private async Task<bool> IsCurrentAsync(string policy, ClusterView view, CancellationToken term)
    {
        if (policy.Length == 0)
            return true;
        ObjectMeta? planned = view.Policy(policy)?.Metadata;
        return await api.GetAsync(ResourceTypes.NodePolicies, new ObjectName(string.Empty, policy), term) is ApiResult<NodePolicy>.Ok { Value.Metadata: var told }
            && told.Uid == planned?.Uid && told.Generation == planned?.Generation;
    }

    private async Task<NodeRecycle?> MakeAsync(RecycleStart start, ClusterView view, CancellationToken term)
    {
        switch (await _maker.MakeAsync(start, view, term))
        {
            case ApiResult<NodeRecycle>.Ok { Value: var made }:
                return made;
            case ApiResult<NodeRecycle>.Failed { Failure: var failure }:
                NotWritten(log, $"a NodeRecycle of node {start.Node.Name}", failure.Message);
                return null;
            default:
                return null;
        }
    }

    private async Task WithdrawAsync(FleetPlan plan, ClusterView view, DateTimeOffset now, CancellationToken term)
    {
        foreach (Withdrawal withdrawal in plan.Withdrawals)
        {
            if (view.Recycles.Objects.FirstOrDefault(recycle => recycle.Metadata.Uid == withdrawal.Recycle.Uid) is not { } recycle)
                continue;
            ApiFailure? failure = await writer.WriteAsync(
                recycle,
                status => (status.Phase, status.PhaseSince, status.FinishedAt, status.Message) = (nameof(RecyclePhase.Cancelled), now, now, withdrawal.Why),
                term);
            if (failure is null)
                RecycleCounts.Moved(metrics, recycle, FleetGauges.PolicyOf(recycle), RecyclePhase.Cancelled, now);
        }
    }

    /// <summary>A request that waits tells for what. One that rests after a try goes on telling what came of that.</summary>
    private async Task SayWhyNotAsync(FleetPlan plan, ClusterView view, string? problem, CancellationToken term)
    {
        NodeRecycle[] waiting = [.. view.Recycles.Objects.Where(static recycle => RecycleReading.Phase(recycle) == RecyclePhase.Pending)];
        if (waiting.Length == 0)
            return;
        int said = 0;
        var obstacles = plan.Outlooks.ToDictionary(static outlook => outlook.Node.Name, static outlook => outlook.Obstacle);
        foreach (NodeRecycle recycle in waiting)
        {
            string? message = problem ?? (obstacles.GetValueOrDefault(recycle.Spec?.NodeName ?? string.Empty) switch
            {
                null or { Kind: ObstacleKind.InProgress or ObstacleKind.BackingOff } => null,
                { } obstacle => $"waits: {obstacle.Message}",
            });
            if (message is null || recycle.Status?.Message == message || said++ >= MostSaid)
                continue;
            await writer.WriteAsync(recycle, status => status.Message = message, term);
        }
    }

    /// <summary>Each Node has its GuardedNode, which goes with it. Some at each look: a large fleet's first must not hold up the rest.</summary>
    private async Task SweepAsync(ClusterView view, CancellationToken term)
    {
        foreach (SeenNode node in view.Nodes.Objects.Where(node => view.Agent(node.Name)?.NodeUid != node.Uid).Take(MostAtOnce))
        {
            if (view.Agent(node.Name) is { } stale)
            {
                // Of an earlier node of this name; the garbage collector may take minutes.
                if (stale.NodeUid.Length > 0)
                    await api.DeleteAsync(ResourceTypes.GuardedNodes, new ObjectName(string.Empty, node.Name), new DeleteQuery(), term);
                continue;
            }

            var guarded = new GuardedNode
            {
                Metadata = new ObjectMeta
                {
                    Name = node.Name,
                    OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = node.Name, Uid = node.Uid }],
                },
                Spec = new GuardedNodeSpec(),
            };
            await api.CreateAsync(ResourceTypes.GuardedNodes, guarded, new WriteOptions(ControllerNames.FieldManager), term);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{What} could not be written, and is tried again: {Message}")]
    private static partial void NotWritten(ILogger log, string what, string message);

    [LoggerMessage(2, LogLevel.Warning, "the Fleet's slots could not be read, and nothing is begun until they are: {Message}")]
    private static partial void NotRead(ILogger log, string message);
}
