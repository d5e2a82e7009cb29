namespace NodeGuard.Core.Draining;

/// <summary>
/// Which of the pods that are due may be asked for at this moment, by what is known of their budgets. Whether an eviction is allowed
/// is decided by the server alone; this saves calls that would be refused, and asks at once when a budget opens.
/// </summary>
internal sealed class PodBudgets(DrainSnapshot seen)
{
    // A closed budget is followed, and its opening is told: until then it is asked only in case that its watch is dead.
    private static readonly TimeSpan ClosedPace = TimeSpan.FromSeconds(5);

    // Questions under way, by budget; and pods that were refused and wait for their next try.
    private readonly Dictionary<(string Namespace, string Name), int> _asked = [];
    private readonly Dictionary<(string Namespace, string Name), DateTimeOffset> _refused = [];

    public static IReadOnlyList<DrainBudget> Of(DrainPod pod, DrainSnapshot seen) =>
        seen.Budgets.TryGetValue(pod.Id.Namespace, out var budgets) ? [.. budgets.Where(budget => budget.Selects(pod))] : [];

    public void Count(PodState state)
    {
        foreach (var budget in Of(state.Pod, seen))
        {
            var name = (budget.Namespace, budget.Name);
            if (state.Stage == PodStage.InFlight)
            {
                _asked[name] = _asked.GetValueOrDefault(name) + 1;
            }
            else if (state is { Stage: PodStage.Blocked, BlockKind: BlockKind.Budget } && (!state.IsDue || ClosedUntil(state.Pod, budget) is not null))
            {
                _refused[name] = _refused.TryGetValue(name, out var since) && since < state.Since ? since : state.Since;
            }
        }
    }

    /// <summary>
    /// The budget that refused the last try was heard of since, and allows a disruption: no need to wait for the next try's
    /// time. An older state would be asked again and again.
    /// </summary>
    public bool HasOpened(PodState state)
    {
        if (state is not { Stage: PodStage.Blocked, BlockKind: BlockKind.Budget }
            || seen.Attempts.GetValueOrDefault(state.Pod.Id.Uid) is not { } attempt)
        {
            return false;
        }

        var budgets = Of(state.Pod, seen);
        return budgets.Count == 1 && budgets[0] is { Observed: true } budget && budget.SeenAt > attempt.AnsweredAt
            && (budget.DisruptionsAllowed > 0 || BudgetExplanation.Bypasses(state.Pod, budget));
    }

    /// <summary>Null, and counted, when the pod may be asked for; otherwise how it stands blocked without being asked.</summary>
    public PodState? Admit(PodState state)
    {
        var budgets = Of(state.Pod, seen);
        if (seen.Options.DisableEviction || state.Pod.IsTerminating)
        {
            return null;
        }

        if (budgets is [var closed] && ClosedUntil(state.Pod, closed) is { } until)
        {
            // What stopped it before, such as a webhook, does not any more as far as is known; the budget does.
            bool known = state is { Stage: PodStage.Blocked, BlockKind: BlockKind.Budget };
            return (known ? state : Held(state, budgets, closed)) with { IsDue = false, Until = until };
        }

        if (budgets.FirstOrDefault(budget => !HasRoom(state.Pod, budget)) is { } full)
        {
            return Held(state, budgets, full);
        }

        foreach (var budget in budgets)
        {
            var name = (budget.Namespace, budget.Name);
            _asked[name] = _asked.GetValueOrDefault(name) + 1;
        }

        return null;
    }

    // Null: the budget may be asked.
    private DateTimeOffset? ClosedUntil(DrainPod pod, DrainBudget budget)
    {
        if (budget is not { Observed: true, DisruptionsAllowed: <= 0 } || BudgetExplanation.Bypasses(pod, budget))
        {
            return null;
        }

        var answered = seen.Attempts.GetValueOrDefault(pod.Id.Uid)?.AnsweredAt ?? DateTimeOffset.MinValue;
        var until = (answered > budget.SeenAt ? answered : budget.SeenAt) + ClosedPace;
        return until > seen.Now ? until : null;
    }

    // What we know of a budget may be old: one without room is still asked for, one pod at a time, at that pod's pace.
    private bool HasRoom(DrainPod pod, DrainBudget budget)
    {
        var name = (budget.Namespace, budget.Name);
        int asked = _asked.GetValueOrDefault(name);
        return BudgetExplanation.Bypasses(pod, budget)
            || asked < budget.DisruptionsAllowed
            || (asked == 0 && !_refused.ContainsKey(name));
    }

    private PodState Held(PodState state, IReadOnlyList<DrainBudget> budgets, DrainBudget full)
    {
        var explanation = BudgetExplanation.Of(state.Pod, budgets, string.Empty);
        return state with
        {
            Stage = PodStage.Blocked,
            IsDue = false,
            BlockKind = BlockKind.Budget,
            Budgets = explanation.Budgets,
            Reason = explanation.Reason,
            Remedy = explanation.Remedy,
            Since = _refused.TryGetValue((full.Namespace, full.Name), out var since) ? since : seen.Now,
            Until = null,
        };
    }
}
