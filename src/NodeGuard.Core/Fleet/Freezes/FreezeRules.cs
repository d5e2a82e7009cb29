using NodeGuard.Core.Fleet.Updates;

namespace NodeGuard.Core.Fleet.Freezes;

/// <summary>Why nothing new starts.</summary>
/// <param name="Cause">One word.</param>
/// <param name="Message">A sentence with the figures and what to do.</param>
/// <param name="Evidence">The objects and times that show it, the oldest first.</param>
public sealed record Freeze(string Cause, string Message, IReadOnlyList<string> Evidence);

/// <summary>A recycle that has ended.</summary>
public sealed record EndedRecycle(string Name, string Node, bool Failed, DateTimeOffset At, string Message);

/// <summary>A node that is not Ready, and for how long; planned absence is not among these.</summary>
public sealed record UnhealthyNode(string Name, DateTimeOffset Since);

/// <summary>A flush that a node's agent has told.</summary>
/// <param name="Accepted">An update led to it that the fleet itself asked for, and a person has said that it may: its recycle judges the node.</param>
public sealed record NodeEpisode(string Node, DateTimeOffset At, string Cause, bool Accepted = false);

/// <summary>An update of a node after which the node was not what it had been.</summary>
public sealed record FailedUpdate(string Recycle, string Node, DateTimeOffset At, IReadOnlyList<PackageVersion> Packages, string Message);

/// <summary>When to stop by oneself. What lay before the last lifting of a freeze was looked at by a person, and counts no more.</summary>
public static class FreezeRules
{
    public const string FailedRecycles = "FailedRecycles";
    public const string FailedWave = "FailedWave";
    public const string UnhealthyNodes = "UnhealthyNodes";
    public const string SameCause = "SameCause";
    public const string SamePackages = "SamePackages";
    private const int MostEvidence = 20;

    /// <param name="ended">Of the policy, in any order.</param>
    /// <param name="most">So many failures in a row freeze.</param>
    public static Freeze? ByFailures(string policy, IEnumerable<EndedRecycle> ended, int most, DateTimeOffset? liftedAt)
    {
        List<EndedRecycle> failures = [];
        foreach (EndedRecycle recycle in ended.Where(recycle => !(recycle.At <= liftedAt)).OrderBy(static recycle => recycle.At))
        {
            if (recycle.Failed)
                failures.Add(recycle);
            else
                failures.Clear();
        }

        if (failures.Count < Math.Max(1, most))
            return null;
        string first = failures[^1].Message;
        return new Freeze(
            FailedRecycles,
            $"{failures.Count} of policy {policy}'s recycles have failed, none having succeeded since; the last: node {failures[^1].Node}: {first}. When that is mended: nodeguard resume {policy}",
            Evidence(failures));
    }

    /// <param name="ended">Of the policy, for its image, since the wave began; in any order.</param>
    /// <param name="most">So many may fail in one wave, in a row or not; one more freezes.</param>
    public static Freeze? ByWave(string policy, string wave, IEnumerable<EndedRecycle> ended, int most, DateTimeOffset? liftedAt)
    {
        EndedRecycle[] failures = [.. ended.Where(recycle => recycle.Failed && !(recycle.At <= liftedAt)).OrderBy(static recycle => recycle.At)];
        return failures.Length <= most
            ? null
            : new Freeze(
                FailedWave,
                $"{failures.Length} recycles of policy {policy}'s wave {wave} have failed, {most} are tolerated; the last: node {failures[^1].Node}: {failures[^1].Message}. When that is mended: nodeguard resume {policy}",
                Evidence(failures));
    }

    /// <param name="most">So many may be unhealthy.</param>
    public static Freeze? ByHealth(string policy, IReadOnlyList<UnhealthyNode> unhealthy, int nodes, int most, DateTimeOffset? liftedAt)
    {
        UnhealthyNode[] counted = [.. unhealthy.Where(node => !(node.Since <= liftedAt)).OrderBy(static node => node.Since)];
        return counted.Length <= most
            ? null
            : new Freeze(
                UnhealthyNodes,
                $"{counted.Length} of policy {policy}'s {nodes} nodes are not Ready, {most} are tolerated. When they are well: nodeguard resume {policy}",
                [.. counted.Take(MostEvidence).Select(static node => $"{Time(node.Since)} node {node.Name} is not Ready")]);
    }

    /// <param name="sameCauseNodes">So many nodes freeze.</param>
    /// <param name="within">All of them in this time.</param>
    public static Freeze? ByEpisodes(IReadOnlyList<NodeEpisode> episodes, int sameCauseNodes, TimeSpan within, DateTimeOffset? liftedAt)
    {
        foreach (var group in episodes.Where(episode => !episode.Accepted && !(episode.At <= liftedAt)).GroupBy(static episode => episode.Cause))
        {
            NodeEpisode[] ordered = [.. group.OrderBy(static episode => episode.At)];
            for (int from = 0; from < ordered.Length; from++)
            {
                NodeEpisode[] together = [.. ordered.Skip(from).TakeWhile(episode => episode.At - ordered[from].At <= within).DistinctBy(static episode => episode.Node)];
                if (together.Length < sameCauseNodes)
                    continue;
                string cause = group.Key.Length > 0 ? group.Key : "a cause that is not known";
                return new Freeze(
                    SameCause,
                    $"{together.Length} nodes had their routes flushed within {within.TotalMinutes:0} min by {cause}. When that is understood: nodeguard resume",
                    [.. together.Take(MostEvidence).Select(static episode => $"{Time(episode.At)} node {episode.Node}: flush by {episode.Cause}")]);
            }
        }

        return null;
    }

    /// <summary>Nodes that were hurt by an update of the same package to the same version.</summary>
    /// <param name="sameCauseNodes">So many nodes freeze.</param>
    /// <param name="within">All of them in this time.</param>
    public static Freeze? ByPackages(IReadOnlyList<FailedUpdate> failed, int sameCauseNodes, TimeSpan within, DateTimeOffset? liftedAt)
    {
        FailedUpdate[] counted = [.. failed.Where(update => !(update.At <= liftedAt)).OrderBy(static update => update.At)];
        for (int from = 0; from < counted.Length; from++)
        {
            FailedUpdate[] together = [.. counted.Skip(from).TakeWhile(update => update.At - counted[from].At <= within).DistinctBy(static update => update.Node)];
            PackageVersion[] common =
            [
                .. together.SelectMany(static update => update.Packages).GroupBy(static package => package)
                    .Where(group => group.Count() >= sameCauseNodes).Select(static group => group.Key),
            ];
            if (together.Length < sameCauseNodes || common.Length == 0)
                continue;
            return new Freeze(
                SamePackages,
                $"{together.Length} nodes broke within {within.TotalMinutes:0} min after the update of {PackageVersion.Listed(common)}. When that is understood: nodeguard resume",
                [.. together.Take(MostEvidence).Select(static update => $"{Time(update.At)} NodeRecycle {update.Recycle} of node {update.Node}: {update.Message}")]);
        }

        return null;
    }

    private static string[] Evidence(IEnumerable<EndedRecycle> failures) =>
        [.. failures.TakeLast(MostEvidence).Select(static recycle => $"{Time(recycle.At)} NodeRecycle {recycle.Name} of node {recycle.Node}: {recycle.Message}")];

    private static string Time(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
}
