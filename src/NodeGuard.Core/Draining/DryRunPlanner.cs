namespace NodeGuard.Core.Draining;

/// <summary>--dry-run: no order and no waiting; with <c>server</c> each pod is asked for once, and the answers are the result.</summary>
internal static class DryRunPlanner
{
    public static DrainStep Next(PodState[] pods, DrainSnapshot seen)
    {
        if (seen.Options.DryRun == DrainDryRun.Client)
        {
            return DrainPlanner.Over(pods, new DrainVerdict.PodsGone());
        }

        PodState[] asked = [.. pods.Select(pod => Answered(pod, seen))];
        int places = seen.Options.MaxParallelEvictions - asked.Count(pod => pod.Stage == PodStage.InFlight);
        var actions = asked.Where(pod => pod.Stage == PodStage.Due).Take(Math.Max(places, 0))
            .Select(pod => (DrainAction)new DrainAction.Evict(pod.Pod.Id, PodStanding.Grace(seen), seen.Options.DisableEviction)).ToList();
        return actions.Count > 0 || asked.Any(pod => pod.Stage is PodStage.InFlight or PodStage.Due)
            ? new DrainStep(asked, actions, DateTimeOffset.MaxValue, null)
            : DrainPlanner.Over(asked, Verdict(asked));
    }

    private static PodState Answered(PodState pod, DrainSnapshot seen)
    {
        var attempt = seen.Attempts.GetValueOrDefault(pod.Pod.Id.Uid);
        if (pod.Stage is not (PodStage.Due or PodStage.Waiting) || attempt?.Answer is not { } answer)
        {
            return pod;
        }

        return answer.Kind switch
        {
            PodAnswerKind.Fault => pod with { Stage = PodStage.Failed, Reason = answer.Message },
            PodAnswerKind.Throttled => pod,
            _ => PodStanding.AfterOneAnswer(pod.Pod, attempt, seen) with { Warnings = pod.Warnings },
        };
    }

    private static DrainVerdict Verdict(PodState[] pods)
    {
        if (pods.Any(pod => pod.IsLost))
        {
            return new DrainVerdict.Failed(DrainText.Lost(pods));
        }

        return pods.Any(pod => pod.Stage == PodStage.Blocked)
            ? new DrainVerdict.BlockedUntilTimeout(DrainText.Blocked(pods))
            : new DrainVerdict.PodsGone();
    }
}
