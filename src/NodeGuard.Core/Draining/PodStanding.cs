namespace NodeGuard.Core.Draining;

/// <summary>Where a single pod stands, before turns and budgets of others are looked at.</summary>
internal static class PodStanding
{
    private static readonly TimeSpan UnreachableGrace = TimeSpan.FromSeconds(1);

    public static PodState Of(DrainPod pod, DrainSnapshot seen)
    {
        var verdict = PodFilters.Judge(pod, seen.Node, seen.Options, seen.DaemonSets, seen.Now);
        var state = verdict switch
        {
            PodVerdict.Skip skip => new PodState(pod, PodStage.Skipped) { SkipReason = skip.Reason, Reason = skip.Message },
            PodVerdict.Refuse refuse => new PodState(pod, PodStage.Refused) { Reason = refuse.Message },
            PodVerdict.AskDaemonSet => new PodState(pod, PodStage.Undecided),
            _ => OfEvictable(pod, seen),
        };
        return state with { Warnings = verdict.Warnings };
    }

    /// <summary>The grace to ask for; null is the pod's own.</summary>
    public static TimeSpan? Grace(DrainSnapshot seen) =>
        // The pod's own grace would be waited for by nobody: its kubelet does not answer.
        seen.Node.IsUnreachable && seen.Options.GracePeriod is null ? UnreachableGrace : seen.Options.GracePeriod;

    private static PodState OfEvictable(DrainPod pod, DrainSnapshot seen)
    {
        var attempt = seen.Attempts.GetValueOrDefault(pod.Id.Uid);
        if (attempt is { InFlight: true })
        {
            var before = attempt.Answer is null ? new PodState(pod, PodStage.Due) : Obstacle(pod, attempt, seen, attempt.NextTryAt(pod.Id.Uid));
            return before with { Stage = PodStage.InFlight, WasBlocked = before.Stage == PodStage.Blocked, Until = null };
        }

        if (pod.IsTerminating && !WantsShorterGrace(pod, attempt, seen))
        {
            return new PodState(pod, PodStage.Terminating)
            {
                Since = pod.DeletionTimestamp!.Value,
                Until = PodFilters.ChangesAt(pod, seen.Node, seen.Options),
            };
        }

        if (!pod.IsTerminating && OwnersHold(pod, seen) is { } held)
        {
            return held;
        }

        return attempt?.Answer is null ? new PodState(pod, PodStage.Due) { IsDue = true } : AfterAnswer(pod, attempt, seen);
    }

    private static bool WantsShorterGrace(DrainPod pod, PodAttempt? attempt, DrainSnapshot seen) =>
        attempt?.Answer is null && Grace(seen) is { } wanted && pod.DeletionGrace is { } given && wanted < given;

    private static PodState? OwnersHold(DrainPod pod, DrainSnapshot seen)
    {
        if (PodWishes.UndisturbedUntil(pod, seen.Options, seen.StartedAt, seen.Now) is { } until)
        {
            return new PodState(pod, PodStage.Blocked)
            {
                BlockKind = BlockKind.DoNotDisrupt,
                Since = seen.StartedAt,
                Until = until == DateTimeOffset.MaxValue ? null : until,
                Reason = $"its annotation {DrainKeys.KarpenterDoNotDisrupt}={pod.Annotations[DrainKeys.KarpenterDoNotDisrupt]}",
                Remedy = until == DateTimeOffset.MaxValue
                    ? "its end or the annotation's removal would free it, or a limit to how long the drain respects it"
                    : $"it is respected until {until:u}",
            };
        }

        return PodWishes.WaitsForCompletion(pod) && !pod.IsFinished
            ? new PodState(pod, PodStage.Blocked)
            {
                BlockKind = BlockKind.WaitForCompletion,
                Since = seen.StartedAt,
                Reason = "it asks to be waited for until it has finished",
                Remedy = "its end would free it",
            }
            : null;
    }

    private static PodState AfterAnswer(DrainPod pod, PodAttempt attempt, DrainSnapshot seen)
    {
        if (attempt.HasFailed)
        {
            return new PodState(pod, PodStage.Failed) { Since = attempt.Since, Reason = attempt.Answer!.Message };
        }

        var next = attempt.NextTryAt(pod.Id.Uid);
        // A pod that the server says is gone is asked for again only after a later list shows it.
        bool due = next <= seen.Now && (attempt.Answer!.Kind != PodAnswerKind.Gone || seen.ListedAt > attempt.AnsweredAt);
        return Obstacle(pod, attempt, seen, next) with { IsDue = due };
    }

    private static PodState Obstacle(DrainPod pod, PodAttempt attempt, DrainSnapshot seen, DateTimeOffset next)
    {
        var answer = attempt.Answer!;
        var state = new PodState(pod, PodStage.Waiting) { Since = attempt.Since, Until = next, Reason = answer.Message };
        return answer.Kind switch
        {
            PodAnswerKind.Accepted or PodAnswerKind.Gone => state with { Stage = PodStage.Terminating, Reason = string.Empty },
            PodAnswerKind.NamespaceTerminating => state with { WaitReason = WaitReason.NamespaceTerminating },
            PodAnswerKind.Throttled => state with { WaitReason = WaitReason.Throttled },
            PodAnswerKind.Budget => Explained(state, BlockKind.Budget, answer, seen),
            PodAnswerKind.SeveralBudgets => Explained(state, BlockKind.SeveralBudgets, answer, seen),
            PodAnswerKind.Webhook => state with
            {
                Stage = PodStage.Blocked,
                BlockKind = BlockKind.Webhook,
                Remedy = "the webhook's owner has to allow it, or bring the webhook back",
            },
            _ => state with { WaitReason = WaitReason.ServerFault },
        };
    }

    private static PodState Explained(PodState state, BlockKind kind, PodAnswer answer, DrainSnapshot seen)
    {
        var explanation = BudgetExplanation.Of(state.Pod, PodBudgets.Of(state.Pod, seen), answer.Message);
        return state with
        {
            Stage = PodStage.Blocked,
            BlockKind = kind,
            Budgets = explanation.Budgets,
            Reason = explanation.Reason,
            Remedy = explanation.Remedy,
        };
    }
}
