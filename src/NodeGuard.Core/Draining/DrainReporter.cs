namespace NodeGuard.Core.Draining;

/// <summary>Turns the states of one node's pods into events: each change is told once.</summary>
public sealed class DrainReporter(string node)
{
    private readonly Dictionary<string, Told> _told = [];
    private readonly HashSet<(string Uid, string Text)> _warned = [];
    private DrainCounts _counts;
    private bool _planned;
    private int _evicted;

    public DrainCounts Counts => _counts;

    /// <summary>What is new in this step, in an order that makes sense to a reader.</summary>
    public IReadOnlyList<DrainEvent> Tell(DrainStep step, DrainOptions options, DateTimeOffset now)
    {
        var events = new List<DrainEvent>();
        if (!_planned && !step.Pods.Any(pod => pod.Stage == PodStage.Undecided))
        {
            _planned = true;
            events.Add(new DrainEvent.Planned(now, node, step.Pods.Count(pod => pod.IsLeft), step.Pods.Count(pod => !pod.IsLeft)));
        }

        TellGone(step, now, events);
        foreach (var pod in step.Pods)
        {
            TellPod(pod, now, events);
        }

        TellEvictions(step, options, now, events);
        TellCounts(step, now, events);
        return events;
    }

    private void TellGone(DrainStep step, DateTimeOffset now, List<DrainEvent> events)
    {
        var present = step.Pods.Select(pod => pod.Pod.Id.Uid).ToHashSet();
        foreach (var told in _told.Values.Where(told => !present.Contains(told.Pod.Uid)).ToArray())
        {
            _told.Remove(told.Pod.Uid);
            if (told.Stage != PodStage.Skipped)
            {
                _evicted++;
                events.Add(new DrainEvent.Evicted(now, node, told.Pod));
            }
        }
    }

    private void TellPod(PodState state, DateTimeOffset now, List<DrainEvent> events)
    {
        var pod = state.Pod.Id;
        foreach (string warning in state.Warnings.Where(warning => _warned.Add((pod.Uid, warning))))
        {
            events.Add(new DrainEvent.Warning(now, node, pod, warning));
        }

        var before = _told.GetValueOrDefault(pod.Uid);
        var told = new Told(pod, state.Stage, Text(state), before?.Evicting ?? false, before?.LastObstacle);
        if (Event(state, now) is { } found && (before is null || before.Stage != told.Stage || before.Text != told.Text))
        {
            // A try between two refusals with the same reason is no news.
            if (told.Text.Length == 0 || told.Text != before?.LastObstacle)
            {
                events.Add(found);
            }

            told = told with { LastObstacle = told.Text };
        }

        _told[pod.Uid] = told;
    }

    private DrainEvent? Event(PodState state, DateTimeOffset now)
    {
        var pod = state.Pod.Id;
        return state.Stage switch
        {
            PodStage.Skipped => new DrainEvent.Skipped(now, node, pod, state.SkipReason, state.Reason),
            PodStage.Refused or PodStage.Failed => new DrainEvent.Failed(now, node, pod, state.Reason),
            PodStage.Terminating => new DrainEvent.Terminating(now, node, pod, state.Pod.DeletionTimestamp),
            PodStage.Blocked => new DrainEvent.Blocked(now, node, pod, state.BlockKind, state.Budgets, state.Since, state.Reason, state.Remedy),
            PodStage.Waiting when state.WaitReason != WaitReason.Turn =>
                new DrainEvent.Waiting(now, node, pod, state.WaitReason, state.Since, state.Reason),
            _ => null,
        };
    }

    private static string Text(PodState state) => state.Stage switch
    {
        PodStage.Blocked => $"{state.BlockKind}: {state.Reason}",
        PodStage.Waiting => $"{state.WaitReason}",
        PodStage.Refused or PodStage.Failed => state.Reason,
        _ => string.Empty,
    };

    private void TellEvictions(DrainStep step, DrainOptions options, DateTimeOffset now, List<DrainEvent> events)
    {
        IEnumerable<PodId> asked = options.DryRun == DrainDryRun.Client && step.Verdict is DrainVerdict.PodsGone
            ? step.Pods.Where(pod => pod.Stage == PodStage.Due).Select(pod => pod.Pod.Id)
            : step.Actions.OfType<DrainAction.Evict>().Select(action => action.Pod);
        foreach (var pod in asked.Where(pod => !_told[pod.Uid].Evicting))
        {
            _told[pod.Uid] = _told[pod.Uid] with { Evicting = true };
            events.Add(new DrainEvent.Evicting(now, node, pod, options.DisableEviction, options.DryRun));
        }
    }

    private void TellCounts(DrainStep step, DateTimeOffset now, List<DrainEvent> events)
    {
        var counts = new DrainCounts(
            _evicted,
            step.Pods.Count(pod => pod.Stage == PodStage.Terminating),
            step.Pods.Count(pod => pod.IsLeft && pod.Stage != PodStage.Terminating),
            step.Pods.Count(pod => pod.IsBlocked),
            step.Pods.Count(pod => pod.IsLost));
        if (counts != _counts)
        {
            _counts = counts;
            events.Add(new DrainEvent.Progress(now, node, counts));
        }
    }

    private sealed record Told(PodId Pod, PodStage Stage, string Text, bool Evicting, string? LastObstacle);
}
