namespace NodeGuard.Core.Draining;

/// <summary>The next step of one node's drain: a pure function of what is seen.</summary>
public static class DrainPlanner
{
    // An event may be lost; nothing is waited for longer than this without a look.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);

    // A watch may be silent without being seen to be broken.
    private static readonly TimeSpan LongestUnlisted = TimeSpan.FromMinutes(2);

    // An event that says that a pod is gone follows the answer that says so; when it does not, a list is due.
    private static readonly TimeSpan GoneEventPatience = TimeSpan.FromSeconds(1);

    public static DrainStep Next(DrainSnapshot seen)
    {
        PodState[] pods = [.. seen.Pods.OrderBy(pod => pod.Id.ToString(), StringComparer.Ordinal).Select(pod => PodStanding.Of(pod, seen))];
        if (seen.Options.DryRun == DrainDryRun.None && !seen.Node.Unschedulable)
        {
            return Over(pods, new DrainVerdict.Failed($"somebody uncordoned node {seen.Node.Name} while it was drained; start again if that was not meant"));
        }

        if (seen.Attempts.Count == 0 && BeforeTheFirst(pods) is { } early)
        {
            return early;
        }

        return seen.Options.DryRun == DrainDryRun.None ? Live(pods, seen) : DryRunPlanner.Next(pods, seen);
    }

    internal static DrainStep Over(IReadOnlyList<PodState> pods, DrainVerdict verdict) => new(pods, [], DateTimeOffset.MaxValue, verdict);

    // As kubectl: one pod that may neither go nor stay, and nothing on the node is touched.
    private static DrainStep? BeforeTheFirst(PodState[] pods)
    {
        var asks = Asks(pods);
        if (asks.Count > 0)
        {
            return new DrainStep(pods, asks, DateTimeOffset.MaxValue, null);
        }

        return pods.Any(pod => pod.Stage == PodStage.Refused) ? Over(pods, new DrainVerdict.Failed(DrainText.Refused(pods))) : null;
    }

    private static List<DrainAction> Asks(IEnumerable<PodState> pods) =>
    [
        .. pods.Where(pod => pod.Stage == PodStage.Undecided)
            .Select(pod => new DaemonSetName(pod.Pod.Id.Namespace, pod.Pod.Controller!.Name)).Distinct()
            .Select(name => new DrainAction.AskDaemonSet(name)),
    ];

    private static DrainStep Live(PodState[] pods, DrainSnapshot seen)
    {
        var actions = Asks(pods);
        TakeTurns(pods, seen, actions);
        if (seen.Options.Timeout > TimeSpan.Zero && seen.Now >= seen.StartedAt + seen.Options.Timeout && pods.Any(pod => pod.IsLeft))
        {
            return Over(pods, TimedOut(pods, seen));
        }

        actions.AddRange(pods.Where(pod => pod is { Stage: PodStage.Blocked, BlockKind: BlockKind.Budget or BlockKind.SeveralBudgets })
            .Select(pod => pod.Pod.Id.Namespace).Distinct().Where(name => !seen.BudgetsAsked.Contains(name))
            .Select(name => new DrainAction.FollowBudgets(name)));
        return Concluded(pods, seen, actions);
    }

    private static void TakeTurns(PodState[] pods, DrainSnapshot seen, List<DrainAction> actions)
    {
        if (Turn(pods) is not { } turn)
        {
            return;
        }

        var budgets = new PodBudgets(seen);
        for (int i = 0; i < pods.Length; i++)
        {
            bool later = DrainTurn.Of(pods[i].Pod) > turn;
            if (later && pods[i].IsDue)
            {
                pods[i] = OutOfTurn(pods[i], seen);
            }
            else if (!later && budgets.HasOpened(pods[i]))
            {
                pods[i] = pods[i] with { IsDue = true };
            }

            budgets.Count(pods[i]);
        }

        Admit(pods, seen, budgets, actions);
    }

    private static PodState OutOfTurn(PodState pod, DrainSnapshot seen) => pod with
    {
        Stage = PodStage.Waiting,
        WaitReason = WaitReason.Turn,
        IsDue = false,
        Since = seen.StartedAt,
        Until = null,
        Reason = "pods before it are not gone",
    };

    private static void Admit(PodState[] pods, DrainSnapshot seen, PodBudgets budgets, List<DrainAction> actions)
    {
        int places = seen.Options.MaxParallelEvictions - pods.Count(pod => pod.Stage == PodStage.InFlight);
        // Who has been asked for goes before who has not: a closed budget is asked by one pod, at that pod's growing pace.
        foreach (int i in Enumerable.Range(0, pods.Length).Where(i => pods[i].IsDue)
            .OrderByDescending(i => seen.Attempts.ContainsKey(pods[i].Pod.Id.Uid)).ToArray())
        {
            if (budgets.Admit(pods[i]) is { } held)
            {
                pods[i] = held;
            }
            else if (places-- > 0)
            {
                actions.Add(new DrainAction.Evict(pods[i].Pod.Id, PodStanding.Grace(seen), seen.Options.DisableEviction));
            }
        }
    }

    /// <summary>The earliest turn that has pods left; null when it would begin behind a pod that cannot be drained.</summary>
    private static DrainTurn? Turn(PodState[] pods)
    {
        DrainTurn? next = null;
        DrainTurn? lost = null;
        foreach (var pod in pods.Where(pod => pod.IsLeft))
        {
            var turn = DrainTurn.Of(pod.Pod);
            ref var least = ref pod.IsLost ? ref lost : ref next;
            least = least is { } known && known <= turn ? known : turn;
        }

        return lost is { } end && next is { } begin && end < begin ? null : next;
    }

    private static DrainStep Concluded(PodState[] pods, DrainSnapshot seen, List<DrainAction> actions)
    {
        bool runs = Turn(pods) is not null || pods.Any(pod => pod.Stage is PodStage.InFlight or PodStage.Terminating);
        if (!runs && pods.Any(pod => pod.IsLost))
        {
            return Over(pods, new DrainVerdict.Failed(DrainText.Lost(pods)));
        }

        var wakeAt = WakeAt(pods, seen);
        if (!runs)
        {
            if (seen.ListedAt >= seen.ListNeededAt)
            {
                return Over(pods, new DrainVerdict.PodsGone());
            }

            if (seen.Now >= seen.ListNeededAt)
            {
                actions.Add(new DrainAction.List());
            }

            wakeAt = Earlier(wakeAt, seen.ListNeededAt);
        }
        else if (seen.Now - seen.ListedAt >= LongestUnlisted || pods.Any(pod => GoneUnseen(pod, seen) is { } at && at <= seen.Now))
        {
            actions.Add(new DrainAction.List());
        }

        return new DrainStep(pods, actions, wakeAt, null);
    }

    private static DateTimeOffset WakeAt(PodState[] pods, DrainSnapshot seen)
    {
        var wakeAt = seen.Now + LongestSleep;
        foreach (var pod in pods)
        {
            // What is due already waits for a free place, and that is an answer, not a time.
            wakeAt = Earlier(wakeAt, pod.Until > seen.Now ? pod.Until : null);
            wakeAt = Earlier(wakeAt, GoneUnseen(pod, seen));
        }

        return seen.Options.Timeout > TimeSpan.Zero ? Earlier(wakeAt, seen.StartedAt + seen.Options.Timeout) : wakeAt;
    }

    // When a list is due for a pod that the server says is gone; null when there was one.
    private static DateTimeOffset? GoneUnseen(PodState pod, DrainSnapshot seen) =>
        pod.IsLeft && seen.Attempts.GetValueOrDefault(pod.Pod.Id.Uid) is { Answer.Kind: PodAnswerKind.Gone } attempt && seen.ListedAt <= attempt.AnsweredAt
            ? attempt.AnsweredAt + GoneEventPatience
            : null;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other is { } time && time < one ? time : one;

    private static DrainVerdict TimedOut(PodState[] pods, DrainSnapshot seen)
    {
        string message = DrainText.TimedOut(pods, seen.Options.Timeout);
        return pods.Any(pod => pod.IsBlocked) && !pods.Any(pod => pod.IsLost)
            ? new DrainVerdict.BlockedUntilTimeout(message)
            : new DrainVerdict.Failed(message);
    }
}
