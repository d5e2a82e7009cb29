using System.Globalization;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Freezes;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Fleet;

/// <summary>Sets freezes when their rules say so, and lifts them when a person does.</summary>
internal static class FreezeKeeper
{
    // What an agent tells is by the clock of its node, which may differ from the server's.
    private static readonly TimeSpan NodeClock = TimeSpan.FromMinutes(1);

    /// <summary>Changes a copy of a policy's status.</summary>
    public static void Keep(NodePolicy policy, NodePolicyStatus status, PolicyOutlook outlook, ClusterView view, FleetState state, DateTimeOffset now)
    {
        status.Conditions ??= [];
        string name = policy.Metadata.Name ?? string.Empty;
        if (!Lift(policy, status.Freeze, status.Conditions, now, out FreezeStatus? standing))
        {
            DateTimeOffset? lifted = SlotBook.LiftedAt(status.Conditions);
            Freeze? freeze = FreezeRules.ByFailures(name, Ended(name, view), policy.Spec?.Health?.MaxFailedRecycles ?? 1, lifted)
                ?? ByWave(policy, status.Wave, view, lifted)
                ?? FreezeRules.ByHealth(name, Unhealthy(name, outlook, view, state), outlook.Nodes, Tolerated(policy, outlook.Nodes), lifted);
            standing = freeze is null ? null : Of(freeze, now);
        }

        status.Freeze = standing;
        Tell(status.Conditions, standing, policy.Metadata.Generation, now);
    }

    /// <summary>Changes a copy of the Fleet's status.</summary>
    public static void Keep(FleetObject fleet, FleetStatus status, ClusterView view, DateTimeOffset now)
    {
        status.Conditions ??= [];
        if (!Lift(fleet, status.Freeze, status.Conditions, now, out FreezeStatus? standing))
        {
            TimeSpan within = GoDuration.TryParse(fleet.Spec?.Freeze?.Within ?? "10m", out TimeSpan given) ? given : TimeSpan.FromMinutes(10);
            int nodes = fleet.Spec?.Freeze?.SameCauseNodes ?? 3;
            DateTimeOffset? lifted = SlotBook.LiftedAt(status.Conditions);
            Freeze? freeze = FreezeRules.ByEpisodes([.. view.Agents.Objects.Select(agent => EpisodeOf(agent, view)).OfType<NodeEpisode>()], nodes, within, lifted)
                ?? FreezeRules.ByPackages(UpdateReading.Failed(view), nodes, within, lifted);
            standing = freeze is null ? null : Of(freeze, now);
        }

        status.Freeze = standing;
        Tell(status.Conditions, standing, fleet.Metadata.Generation, now);
    }

    /// <summary>True when a freeze stands or has just been lifted: nothing is to be judged now.</summary>
    private static bool Lift(KubeObject on, FreezeStatus? freeze, List<Condition> conditions, DateTimeOffset now, out FreezeStatus? standing)
    {
        standing = freeze;
        if (freeze is null)
            return false;
        if (freeze.Id is null || on.Metadata.Annotations?.GetValueOrDefault(FleetKeys.Resume) != freeze.Id)
            return true;
        standing = null;
        Tell(conditions, null, on.Metadata.Generation, now);
        return true;
    }

    private static FreezeStatus Of(Freeze freeze, DateTimeOffset now) => new()
    {
        // Not guessable by a stale annotation: a freeze of the same cause later is another one.
        Id = string.Create(CultureInfo.InvariantCulture, $"{freeze.Cause}-{now.ToUnixTimeSeconds()}"),
        Since = now,
        Cause = freeze.Cause,
        Message = freeze.Message,
        Evidence = [.. freeze.Evidence],
    };

    private static void Tell(List<Condition> conditions, FreezeStatus? freeze, long? generation, DateTimeOffset now)
    {
        Condition? known = conditions.Find(static condition => condition.Type == FleetConditions.Frozen);
        if (known is null && freeze is null)
            return;
        if (known is null)
            conditions.Add(known = new Condition { Type = FleetConditions.Frozen });
        string value = freeze is null ? "False" : "True";
        if (known.Status != value)
            known.LastTransitionTime = now;
        (known.Status, known.Reason, known.Message, known.ObservedGeneration) = (value, freeze?.Cause ?? "Resumed", freeze?.Message ?? "a person has lifted the freeze", generation);
    }

    // A recycle that ended before anything was asked of a machine has hurt nobody: what was in its way is in its own message.
    private static IEnumerable<EndedRecycle> Ended(string policy, ClusterView view, RecycleReason? reason = null) => view.Recycles.Objects
        .Where(recycle => (reason is not { } only || RecycleReading.Reasons(recycle).Contains(only)) && recycle.Status?.Node?.Policy == policy && (recycle.Status.Replacement?.RequestedAt ?? recycle.Status.Replacement?.SurgedAt) is not null
            && RecycleReading.Phase(recycle) is RecyclePhase.Failed or RecyclePhase.Succeeded)
        .Select(static recycle => new EndedRecycle(
            recycle.Metadata.Name ?? string.Empty, recycle.Spec?.NodeName ?? string.Empty,
            RecycleReading.Phase(recycle) == RecyclePhase.Failed, recycle.Status?.FinishedAt ?? DateTimeOffset.UnixEpoch, recycle.Status?.Message ?? string.Empty));

    private static Freeze? ByWave(NodePolicy policy, WaveStatus? wave, ClusterView view, DateTimeOffset? lifted)
    {
        if (wave is null || policy.Spec?.Waves?.Find(other => other.Name == wave.Name)?.MaxFailed is not { } most)
            return null;
        string name = policy.Metadata.Name ?? string.Empty;
        return FreezeRules.ByWave(name, wave.Name ?? string.Empty, Ended(name, view, RecycleReason.Image).Where(recycle => recycle.At >= wave.Since), most, lifted);
    }

    private static UnhealthyNode[] Unhealthy(string policy, PolicyOutlook outlook, ClusterView view, FleetState state)
    {
        if (outlook.Unavailable == 0)
            return [];
        var planned = state.Slots.Select(static slot => slot.NodeUid).ToHashSet();
        DateTimeOffset oldestSlot = state.Slots.Count > 0 ? state.Slots.Min(static slot => slot.Since) : DateTimeOffset.MaxValue;
        Policy read = state.Policies.First(other => other.Name == policy);
        // Nodes that came while something was being replaced are still on their way; their recycle judges them.
        return
        [
            .. state.Nodes.Where(node => !node.Ready && read.Selector.Matches(node.Labels) && !planned.Contains(node.Uid) && node.BornAt < oldestSlot)
                .Select(static node => new UnhealthyNode(node.Name, node.ReadySince)),
        ];
    }

    private static int Tolerated(NodePolicy policy, int nodes) =>
        CountOrPercent.TryParse((policy.Spec?.Health?.MaxUnhealthy ?? new IntOrString("20%")).ToString(), out CountOrPercent share) ? share.UnavailableOf(nodes) : 0;

    private static NodeEpisode? EpisodeOf(SeenAgent agent, ClusterView view) =>
        agent.LastEpisode?.StartedAt is { } at ? new NodeEpisode(agent.Node, at, agent.LastEpisode.Cause ?? string.Empty, IsAccepted(agent.Node, at, view)) : null;

    // Where a policy proceeds in spite of a hazard, one node after another is flushed by its own update, and that is no alarm.
    private static bool IsAccepted(string node, DateTimeOffset at, ClusterView view) => view.Recycles.Objects.Any(recycle =>
        recycle.Spec?.NodeName == node && recycle.Status is { Replacement: { Updates: not null, RequestedAt: { } asked } } status
        && asked - NodeClock <= at && !(status.FinishedAt + NodeClock < at)
        && view.Policy(status.Node?.Policy)?.Spec?.Updates?.OnHazard == nameof(HazardResponse.Proceed));
}
