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
        var actions = asked.Where(pod => pod.IsDue).Take(Math.Max(places, 0))
            .Select(pod => (DrainAction)new DrainAction.Evict(pod.Pod.Id, PodStanding.Grace(seen), seen.Options.DisableEviction)).ToList();
        return actions.Count > 0 || asked.Any(pod => pod.Stage is PodStage.InFlight or PodStage.Due or PodStage.Waiting)
            ? new DrainStep(asked, actions, asked.Where(pod => pod.Stage == PodStage.Waiting).Min(pod => pod.Until) ?? DateTimeOffset.MaxValue, null)
            : DrainPlanner.Over(asked, Verdict(asked));
    }

    private static PodState Answered(PodState pod, DrainSnapshot seen)
    {
        var attempt = seen.Attempts.GetValueOrDefault(pod.Pod.Id.Uid);
        if (pod.Stage is PodStage.Skipped or PodStage.InFlight || attempt?.Answer is not { } answer)
        {
            return pod;
        }

        return answer.Kind switch
        {
            PodAnswerKind.Throttled => pod,
            // No patience here: a second answer would not be worth more.
            PodAnswerKind.Fault or PodAnswerKind.Refused => pod with { Stage = PodStage.Failed, IsDue = false, Reason = answer.Message },
            PodAnswerKind.NamespaceTerminating => pod with { Stage = PodStage.Terminating, IsDue = false },
            _ => pod with { IsDue = false },
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
