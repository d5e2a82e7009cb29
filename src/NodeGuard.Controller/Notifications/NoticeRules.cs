using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Notifications;

/// <summary>What people should know now, by what is written in the API: a new leader finds the same.</summary>
internal static class NoticeRules
{
    /// <summary>What is older is no news: whoever sets up notifications is not told of all that ever failed.</summary>
    public static readonly TimeSpan News = TimeSpan.FromHours(1);

    public static IEnumerable<Notice> Of(FleetObject? fleet, IEnumerable<NodePolicy> policies, IEnumerable<NodeRecycle> recycles, DateTimeOffset now)
    {
        foreach (Notice notice in OfFreeze("Fleet", FleetKeys.FleetName, fleet?.Status?.Freeze, fleet?.Status?.Conditions, now))
            yield return notice;
        foreach (NodePolicy policy in policies)
        {
            string name = policy.Metadata.Name ?? string.Empty;
            foreach (Notice notice in OfFreeze("NodePolicy", name, policy.Status?.Freeze, policy.Status?.Conditions, now))
                yield return notice;
            if (OfForecast(name, policy.Status, now) is { } risk)
                yield return risk;
        }

        foreach (NodeRecycle recycle in recycles)
        {
            if (RecycleReading.Phase(recycle) == RecyclePhase.Failed && recycle.Status?.FinishedAt is { } at && now - at < News)
                yield return OfFailure(recycle, at);
        }
    }

    // A freeze stands until a person has seen it: it is told however old it is.
    private static IEnumerable<Notice> OfFreeze(string kind, string name, FreezeStatus? freeze, List<Condition>? conditions, DateTimeOffset now)
    {
        string whom = kind == "Fleet" ? "the whole fleet" : $"policy {name}";
        if (freeze is { Id: { Length: > 0 } id })
        {
            yield return new Notice(
                $"frozen/{kind}/{name}/{id}", NoticeEvents.Frozen, kind, name,
                $"NodeGuard has frozen {whom}: {freeze.Message}", freeze.Since ?? now);
        }
        else if (freeze is null && NewSince(conditions, FleetConditions.Frozen, "False", now) is { } lifted)
        {
            yield return new Notice(
                $"lifted/{kind}/{name}/{lifted.ToUnixTimeSeconds()}", NoticeEvents.FreezeLifted, kind, name,
                $"The freeze of {whom} has been lifted; recycles start again.", lifted);
        }
    }

    // The condition changes when what is forecast does; its time is the same for every controller.
    private static Notice? OfForecast(string name, NodePolicyStatus? status, DateTimeOffset now)
    {
        if (status?.Forecast is not { Misses: > 0 } forecast || NewSince(status.Conditions, FleetConditions.Feasible, "False", now) is not { } since)
            return null;
        return new Notice(
            $"risk/NodePolicy/{name}/{since.ToUnixTimeSeconds()}", NoticeEvents.DeadlineAtRisk, "NodePolicy", name,
            $"{forecast.Misses} nodes of policy {name} will miss their deadline if nothing changes. {forecast.Message}".TrimEnd(), since);
    }

    private static Notice OfFailure(NodeRecycle recycle, DateTimeOffset at) => new(
        $"failed/{recycle.Metadata.Uid}", NoticeEvents.RecycleFailed, "NodeRecycle", recycle.Metadata.Name ?? string.Empty,
        $"NodeRecycle {recycle.Metadata.Name} of node {recycle.Spec?.NodeName} has failed: {recycle.Status?.Message}", at);

    /// <summary>Since when the condition has this value; null when it has another one, or has had it for too long to be news.</summary>
    private static DateTimeOffset? NewSince(List<Condition>? conditions, string type, string value, DateTimeOffset now) =>
        conditions?.Find(condition => condition.Type == type && condition.Status == value)?.LastTransitionTime is { } since && now - since < News
            ? since
            : null;
}
