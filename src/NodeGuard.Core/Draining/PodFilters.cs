namespace NodeGuard.Core.Draining;

/// <summary>
/// <c>kubectl drain</c>'s filters in its order, then our own. The first one that does not say "evict" decides, and the
/// warnings of all that were asked are kept. Our own "skip" stands above a refusal: what is not evicted loses nothing.
/// </summary>
public static class PodFilters
{
    /// <summary>On an unreachable node nobody ends a pod; what is this long overdue is not waited for.</summary>
    public static readonly TimeSpan UnreachableOverdue = TimeSpan.FromMinutes(1);

    private delegate PodVerdict? Filter(in Case asked, List<string> warnings);

    private static readonly Filter[] InOrder = [StuckTerminating, DaemonSet, Mirror, LocalData, Unmanaged];

    public static PodVerdict Judge(
        DrainPod pod, DrainNode node, DrainOptions options, IReadOnlyDictionary<DaemonSetName, DaemonSetAnswer> daemonSets, DateTimeOffset now)
    {
        var asked = new Case(pod, node, options, daemonSets, now);
        var warnings = new List<string>();
        PodVerdict? verdict = null;
        foreach (var filter in InOrder)
        {
            verdict = filter(asked, warnings);
            if (verdict is not null)
            {
                break;
            }
        }

        if (verdict is null or PodVerdict.Refuse)
        {
            verdict = OwnersWish(asked, warnings) ?? verdict;
        }

        return (verdict ?? new PodVerdict.Evict()) with { Warnings = warnings };
    }

    /// <summary>When the verdict changes by time alone; null when it does not.</summary>
    public static DateTimeOffset? ChangesAt(DrainPod pod, DrainNode node, DrainOptions options) =>
        pod.DeletionTimestamp is { } end && Overdue(node, options) is { } overdue ? end + overdue : null;

    private static TimeSpan? Overdue(DrainNode node, DrainOptions options)
    {
        if (options.SkipWaitForDeleteTimeout > TimeSpan.Zero)
        {
            return options.SkipWaitForDeleteTimeout;
        }

        return node.IsUnreachable ? UnreachableOverdue : null;
    }

    private static PodVerdict.Skip? StuckTerminating(in Case asked, List<string> warnings)
    {
        if (ChangesAt(asked.Pod, asked.Node, asked.Options) is not { } overdue || asked.Now < overdue)
        {
            return null;
        }

        if (asked.Node.IsUnreachable)
        {
            warnings.Add("its node is unreachable: its containers may still run there");
        }

        return new PodVerdict.Skip(SkipReason.StuckTerminating, $"its time to end was over at {asked.Pod.DeletionTimestamp:u}");
    }

    private static PodVerdict? DaemonSet(in Case asked, List<string> warnings)
    {
        var pod = asked.Pod;
        if (!pod.IsDaemonSetPod || pod.IsFinished)
        {
            return null;
        }

        var name = new DaemonSetName(pod.Id.Namespace, pod.Controller!.Name);
        if (!asked.DaemonSets.TryGetValue(name, out var answer))
        {
            return new PodVerdict.AskDaemonSet(name);
        }

        if (answer.Failure is { } failure)
        {
            return new PodVerdict.Refuse($"whether its DaemonSet {name.Name} exists could not be read: {failure}");
        }

        if (!answer.Exists)
        {
            return OrphanOfDaemonSet(asked, name, warnings);
        }

        if (!asked.Options.IgnoreDaemonSets)
        {
            return new PodVerdict.Refuse($"DaemonSet {name.Name} would put it back: say --ignore-daemonsets to leave it");
        }

        return Untolerated(asked) is { } taint
            ? WarnAndGoOn(warnings, $"DaemonSet {name.Name}'s pod does not tolerate the taint {taint.Key}: evicted, last")
            : new PodVerdict.Skip(SkipReason.DaemonSet, $"DaemonSet {name.Name} keeps it on the node");
    }

    private static PodVerdict.Refuse? OrphanOfDaemonSet(in Case asked, DaemonSetName name, List<string> warnings)
    {
        if (!asked.Options.Force)
        {
            return new PodVerdict.Refuse($"its DaemonSet {name.Name} does not exist: say --force to evict it");
        }

        warnings.Add($"its DaemonSet {name.Name} does not exist: nothing puts it back");
        return null;
    }

    // Only our own taints: what another taint means for a running DaemonSet pod is its owner's business.
    private static NodeTaint? Untolerated(in Case asked)
    {
        var tolerations = asked.Pod.Tolerations;
        return asked.Node.Taints.FirstOrDefault(taint =>
            taint.Key.StartsWith(DrainKeys.TaintPrefix, StringComparison.Ordinal)
            && taint.Effect is "NoSchedule" or "NoExecute"
            && !tolerations.Any(toleration => toleration.Tolerates(taint)));
    }

    private static PodVerdict.Skip? Mirror(in Case asked, List<string> warnings) =>
        asked.Pod.IsMirror ? new PodVerdict.Skip(SkipReason.Mirror, "a static pod: only the kubelet ends it") : null;

    private static PodVerdict.Refuse? LocalData(in Case asked, List<string> warnings)
    {
        if (!asked.Pod.HasEmptyDir || asked.Pod.IsFinished)
        {
            return null;
        }

        if (!asked.Options.DeleteEmptyDirData)
        {
            return new PodVerdict.Refuse("it has data in an emptyDir: say --delete-emptydir-data to lose that data");
        }

        warnings.Add("the data in its emptyDir is lost");
        return null;
    }

    private static PodVerdict.Refuse? Unmanaged(in Case asked, List<string> warnings)
    {
        if (asked.Pod.Controller is not null || asked.Pod.IsFinished)
        {
            return null;
        }

        if (!asked.Options.Force)
        {
            return new PodVerdict.Refuse("no controller owns it, nothing would put it back: say --force to evict it");
        }

        warnings.Add("no controller owns it: nothing puts it back");
        return null;
    }

    private static PodVerdict? OwnersWish(in Case asked, List<string> warnings)
    {
        var pod = asked.Pod;
        if (pod.Annotations.GetValueOrDefault(DrainKeys.SafeToEvict) == "false")
        {
            // The autoscaler's wish not to lose a pod for saving a node; maintenance has to move it all the same.
            warnings.Add($"{DrainKeys.SafeToEvict}=false is about scaling down and does not hold back maintenance");
        }

        if (pod.Labels.GetValueOrDefault(DrainKeys.ClusterApiDrain) == "skip")
        {
            return new PodVerdict.Skip(SkipReason.ClusterApiSkip, $"its label {DrainKeys.ClusterApiDrain}=skip");
        }

        if (PodWishes.OrderProblem(pod) is { } problem)
        {
            warnings.Add(problem);
        }

        return pod.Annotations.GetValueOrDefault(DrainKeys.Drain) switch
        {
            null or PodWishes.WaitForCompletionValue => null,
            "skip" => new PodVerdict.Skip(SkipReason.SkipAnnotation, $"its annotation {DrainKeys.Drain}=skip"),
            var other => new PodVerdict.Refuse(
                $"its annotation {DrainKeys.Drain} is \"{other}\": wanted skip or {PodWishes.WaitForCompletionValue}"),
        };
    }

    private static PodVerdict? WarnAndGoOn(List<string> warnings, string message)
    {
        warnings.Add(message);
        return null;
    }

    private readonly record struct Case(
        DrainPod Pod,
        DrainNode Node,
        DrainOptions Options,
        IReadOnlyDictionary<DaemonSetName, DaemonSetAnswer> DaemonSets,
        DateTimeOffset Now);
}
