namespace NodeGuard.Core.Draining.Preflight;

/// <summary>What a pod itself, and the flags of the drain, say about its eviction.</summary>
internal sealed class PodChecks(PreflightInput input, PreflightOptions options, OwnerDirectory owners)
{
    // Longer than most people wait for one node, and than most machines' own shutdown.
    private static readonly TimeSpan LongGrace = TimeSpan.FromMinutes(10);

    public IEnumerable<PreflightFinding> Find(PreflightPod pod)
    {
        if (pod.Controller is { IsDaemonSet: true })
            return pod.Finished ? [] : DaemonSetPod(pod);
        return [.. LocalData(pod), .. Unowned(pod), .. Annotations(pod), .. CrashLoop(pod), .. Ending(pod)];
    }

    private IEnumerable<PreflightFinding> DaemonSetPod(PreflightPod pod)
    {
        if (!options.IgnoreDaemonSets)
        {
            yield return Finding(pod, PreflightSeverity.Blocker, PreflightCheck.DaemonSetPod,
                $"is managed by {pod.Controller}, which would start it here again", "drain with --ignore-daemonsets");
        }
    }

    private IEnumerable<PreflightFinding> LocalData(PreflightPod pod)
    {
        if (pod.LocalVolumes.Count == 0 || pod.Finished)
            yield break;
        yield return Finding(
            pod, options.DeleteEmptyDirData ? PreflightSeverity.Warning : PreflightSeverity.Blocker, PreflightCheck.LocalData,
            $"loses what is in its emptyDir {Plural("volume", pod.LocalVolumes.Count)} {string.Join(", ", pod.LocalVolumes)}",
            options.DeleteEmptyDirData ? "save it first if it matters" : "drain with --delete-emptydir-data if it may be lost");
    }

    private IEnumerable<PreflightFinding> Unowned(PreflightPod pod)
    {
        if (pod.Controller is not null || pod.Finished)
            yield break;
        yield return Finding(
            pod, options.Force ? PreflightSeverity.Warning : PreflightSeverity.Blocker, PreflightCheck.UnownedPod,
            "has no controller: nothing starts it again elsewhere",
            options.Force ? "save its manifest first, or give it a controller" : "give it a controller, or drain with --force to lose it");
    }

    private IEnumerable<PreflightFinding> Annotations(PreflightPod pod)
    {
        var annotations = pod.Markings.Annotations;
        if (pod.Terminating || pod.Finished)
            yield break;
        if (annotations.TryGetValue(DrainKeys.KarpenterDoNotDisrupt, out var value) && value != "false")
            yield return DoNotDisrupt(pod, value);
        if (annotations.GetValueOrDefault(DrainKeys.Drain) is "wait-for-completion" || pod.Markings.Labels.GetValueOrDefault(DrainKeys.ClusterApiDrain) is "wait-completed")
        {
            yield return Finding(pod, PreflightSeverity.Warning, PreflightCheck.DoNotDisrupt,
                "asks to run to its end before its node is drained", "expect the drain to wait for it, until its timeout");
        }

        if (annotations.GetValueOrDefault(DrainKeys.SafeToEvict) is "false")
        {
            yield return Finding(pod, PreflightSeverity.Note, PreflightCheck.DoNotDisrupt,
                $"asks the cluster autoscaler to leave it ({DrainKeys.SafeToEvict}=false); a drain that a person asks for does not heed it",
                "ask its owner if now is a good time");
        }
    }

    // A duration counts from the pod's start, so that kind of wish ends by itself.
    private PreflightFinding DoNotDisrupt(PreflightPod pod, string value)
    {
        var ends = value is [>= '0' and <= '9', ..] || !options.RespectDoNotDisrupt;
        return Finding(pod, ends ? PreflightSeverity.Warning : PreflightSeverity.Blocker, PreflightCheck.DoNotDisrupt,
            $"asks not to be disrupted ({DrainKeys.KarpenterDoNotDisrupt}={value})",
            "remove the annotation when it may go, or limit how long it is respected with --do-not-disrupt-for");
    }

    private IEnumerable<PreflightFinding> CrashLoop(PreflightPod pod)
    {
        if (!pod.CrashLooping || options.DisableEviction)
            yield break;
        foreach (var budget in input.Budgets.Where(budget => !budget.AlwaysAllowUnhealthy && budget.Selects(pod)))
        {
            // IfHealthyBudget lets an unready pod go only while enough others are healthy.
            if (budget.Status is { } status && status.CurrentHealthy >= status.DesiredHealthy && status.DesiredHealthy > 0)
                continue;
            yield return Finding(pod, PreflightSeverity.Blocker, PreflightCheck.CrashLoopUnderBudget,
                $"crash-loops, and the budget {budget.Name} keeps it because too few of its pods are healthy",
                "mend the pod, or set unhealthyPodEvictionPolicy: AlwaysAllow on the budget") with
            { Subjects = [$"Pod {pod.FullName}", $"PodDisruptionBudget {budget.FullName}"] };
        }
    }

    private IEnumerable<PreflightFinding> Ending(PreflightPod pod)
    {
        if (pod.Finalizers.Count > 0)
        {
            yield return Finding(pod, PreflightSeverity.Warning, PreflightCheck.Finalizer,
                $"stays until its {Plural("finalizer", pod.Finalizers.Count)} {string.Join(", ", pod.Finalizers)} are taken away",
                "see that the controllers behind them run");
        }

        if (pod.Grace > LongGrace && !pod.Finished)
        {
            yield return Finding(pod, PreflightSeverity.Note, PreflightCheck.LongGrace,
                $"may take {(long)pod.Grace.TotalSeconds} s to end (terminationGracePeriodSeconds)",
                "give the drain a longer --timeout, or shorten it with --grace-period");
        }
    }

    private PreflightFinding Finding(PreflightPod pod, PreflightSeverity severity, PreflightCheck check, string finding, string fix) =>
        new(severity, check, [pod.NodeName], [$"Pod {pod.FullName}"], finding, fix, owners.Of(pod));

    private static string Plural(string noun, int count) => count == 1 ? noun : noun + "s";
}
