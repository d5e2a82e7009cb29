using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>Makes of a look what is printed of it.</summary>
internal static class FleetReports
{
    public static FleetReport Of(FleetLook look) => new(
        look.State.Nodes.Count,
        look.Plan.Unavailable,
        look.Plan.Allowed,
        look.State.Paused,
        Freeze(look.Fleet.Status?.Freeze),
        [.. look.Plan.Policies.Select(outlook => Policy(look, outlook)).OrderBy(static policy => policy.Name, StringComparer.Ordinal)],
        [.. look.View.Recycles.Objects.Select(RecycleReport.Of).Where(static recycle => !recycle.IsFinal).OrderBy(static recycle => recycle.RequestedAt).ThenBy(static recycle => recycle.Name, StringComparer.Ordinal)],
        Troubles.Of(look));

    /// <summary>Null when the cluster has no such node.</summary>
    /// <param name="guarded">The node's GuardedNode; null when there is none.</param>
    public static NodeReport? Of(FleetLook look, string node, GuardedNode? guarded)
    {
        if (look.Plan.Outlooks.FirstOrDefault(outlook => outlook.Node.Name == node) is not { } found)
            return null;
        RecycleReport[] own =
        [
            .. look.View.Recycles.Objects.Select(RecycleReport.Of).Where(recycle => recycle.Node == node || recycle.Successor == node)
                .OrderByDescending(static recycle => recycle.FinishedAt ?? recycle.RequestedAt),
        ];
        return new NodeReport(
            OutlookReport.Of(found),
            found.Node.ReadySince,
            [.. Troubles.Of(look).Where(trouble => trouble.Node == node)],
            look.Plan.Policies.FirstOrDefault(policy => policy.Name == found.Policy) is { } policy ? Policy(look, policy) : null,
            look.State.Policies.FirstOrDefault(policy => policy.Name == found.Policy)?.Image,
            own.FirstOrDefault(recycle => !recycle.IsFinal && recycle.Node == node),
            own.FirstOrDefault(static recycle => recycle.IsFinal),
            // What an agent told of an earlier node of this name says nothing of this one.
            guarded?.Metadata.OwnerReferences?.Exists(owner => owner.Uid == found.Node.Uid) == true && guarded.Status?.Heartbeat is not null ? guarded.Status : null);
    }

    private static PolicyReport Policy(FleetLook look, PolicyOutlook outlook)
    {
        Policy policy = look.State.Policies.First(policy => policy.Name == outlook.Name);
        NodePolicyStatus? status = look.View.Policy(outlook.Name)?.Status;
        return new PolicyReport(
            outlook.Name, outlook.Nodes, outlook.Outdated, outlook.UnknownImage, outlook.Overdue, outlook.Unavailable, outlook.Allowed, outlook.InProgress,
            outlook.Oldest?.Name, outlook.Oldest?.BornAt, outlook.NextStart, policy.Paused, Freeze(status?.Freeze),
            policy.Problem ?? Conflict(outlook.Conflicts),
            outlook.Wave is { } wave ? new WaveReport(wave.Name, wave.Image, wave.Done, wave.Total, wave.SoakedAt) : null,
            status?.Forecast is { } forecast ? new ForecastReport(forecast.Feasible, forecast.Misses, forecast.FirstMiss, forecast.Message) : null);
    }

    private static string? Conflict(IReadOnlyList<string> nodes) => nodes.Count == 0
        ? null
        : $"another NodePolicy selects {nodes.Count} of its nodes too, and nothing is done to them: {string.Join(", ", nodes.Take(5))}{(nodes.Count > 5 ? ", …" : "")}";

    private static FreezeReport? Freeze(FreezeStatus? freeze) =>
        freeze is null ? null : new FreezeReport(freeze.Cause, freeze.Since, freeze.Message, freeze.Evidence ?? []);
}
