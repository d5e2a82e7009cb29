using NodeGuard.Core.Draining;

namespace NodeGuard.Core.Tests.Draining;

internal enum ModelStep
{
    /// <summary>Nothing but time.</summary>
    Pass,

    /// <summary>The drain dies and starts again: all that it knew is gone.</summary>
    Crash,

    /// <summary>A pod is bound in the last moment.</summary>
    BindLate,

    /// <summary>The next answer is a 429 of a busy server.</summary>
    Throttle,

    /// <summary>The next answer is a 500.</summary>
    Fault,

    /// <summary>The next answer is a webhook's no.</summary>
    Webhook,

    /// <summary>The next eviction is done, and its answer is lost.</summary>
    LoseAnswer,

    /// <summary>The watch lags: what it tells stays as it is until the next list, or for a while.</summary>
    Lag,
}

/// <summary>Runs the planner against the model, as the loop does.</summary>
internal sealed class ModelDrain(ModelCluster cluster, DrainOptions options)
{
    // More in a row would fail a pod by patience, or block it by a webhook until the timeout: both are meant then.
    private const int FewAnswers = 8;

    // Longer than a grace and a birth: a pod that is watched as it was can be gone, and another be born under its name.
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Binding = TimeSpan.FromSeconds(1);
    private readonly DateTimeOffset _cordonedAt = cluster.Now;
    private readonly Queue<ModelStep> _answers = [];
    private int _injected;
    private Dictionary<string, PodAttempt> _attempts = [];
    private HashSet<string> _followed = [];
    private DateTimeOffset _startedAt = cluster.Now;
    private DateTimeOffset _listedAt = cluster.Now;
    private DateTimeOffset _listNeededAt = cluster.Now + Binding;
    private int _pods = cluster.OnDrained.Count;
    private IReadOnlyList<DrainPod> _seen = cluster.OnDrained;
    private DateTimeOffset _lagUntil = cluster.Now;

    /// <returns>The last step, with its verdict; null when it never ended.</returns>
    public DrainStep? Run(IEnumerable<ModelStep> history)
    {
        using var steps = history.GetEnumerator();
        for (int i = 0; i < 20_000; i++)
        {
            var step = DrainPlanner.Next(Snapshot());
            if (step.Verdict is not null)
            {
                return step;
            }

            foreach (var action in step.Actions)
            {
                Act(action);
            }

            Happen(steps.MoveNext() ? steps.Current : ModelStep.Pass);
            Sleep(step.Actions.Count > 0 ? cluster.Now.AddMilliseconds(20) : step.WakeAt);
        }

        return null;
    }

    private DrainSnapshot Snapshot() => new()
    {
        Node = Seen.Node(),
        Options = options,
        Now = cluster.Now,
        StartedAt = _startedAt,
        Pods = Watched(),
        Attempts = _attempts,
        Budgets = _followed.ToDictionary(name => name, _ => (IReadOnlyList<DrainBudget>)cluster.Budgets),
        BudgetsAsked = _followed,
        ListedAt = _listedAt,
        ListNeededAt = _listNeededAt,
    };

    private void Act(DrainAction action)
    {
        switch (action)
        {
            case DrainAction.Evict evict:
                _attempts[evict.Pod.Uid] = PodAttempt.Started(_attempts.GetValueOrDefault(evict.Pod.Uid)).Answered(Answer(evict), cluster.Now);
                break;
            case DrainAction.FollowBudgets follow:
                _followed.Add(follow.Namespace);
                break;
            case DrainAction.List:
                _listedAt = _lagUntil = cluster.Now;
                break;
        }
    }

    private IReadOnlyList<DrainPod> Watched()
    {
        if (cluster.Now >= _lagUntil)
        {
            _seen = cluster.OnDrained;
        }

        return _seen;
    }

    private PodAnswer Answer(DrainAction.Evict evict)
    {
        switch (_answers.TryDequeue(out var wanted) ? wanted : ModelStep.Pass)
        {
            case ModelStep.Throttle:
                return new PodAnswer(PodAnswerKind.Throttled, "busy", TimeSpan.FromSeconds(1));
            case ModelStep.Fault:
                return new PodAnswer(PodAnswerKind.Fault, "500");
            case ModelStep.Webhook:
                return new PodAnswer(PodAnswerKind.Webhook, "denied the request");
            case ModelStep.LoseAnswer:
                cluster.Evict(evict);
                return new PodAnswer(PodAnswerKind.Fault, "connection cut");
            default:
                return cluster.Evict(evict);
        }
    }

    private void Happen(ModelStep step)
    {
        switch (step)
        {
            case ModelStep.Crash:
                _attempts = [];
                _followed = [];
                _startedAt = _listedAt = _lagUntil = cluster.Now;
                _listNeededAt = cluster.Now + Binding;
                break;
            case ModelStep.Lag:
                _lagUntil = cluster.Now + Lag;
                break;
            case ModelStep.BindLate when cluster.Now < _cordonedAt + Binding:
                cluster.BindLate(0);
                break;
            case ModelStep.Throttle or ModelStep.Fault or ModelStep.Webhook or ModelStep.LoseAnswer when _injected++ < FewAnswers:
                _answers.Enqueue(step);
                break;
        }
    }

    // Events wake the loop: no sleep is longer than a second of the model's life.
    private void Sleep(DateTimeOffset until)
    {
        var longest = cluster.Now.AddSeconds(1);
        var wake = until < longest ? until : longest;
        cluster.Advance(wake > cluster.Now ? wake - cluster.Now : TimeSpan.FromMilliseconds(1));
        if (cluster.OnDrained.Count < _pods)
        {
            _listNeededAt = cluster.Now;
        }

        _pods = cluster.OnDrained.Count;
    }
}
