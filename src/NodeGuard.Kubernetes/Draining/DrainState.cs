using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>What the drain of one node has heard so far; only its loop touches it.</summary>
internal sealed class DrainState(DrainNode node, DateTimeOffset startedAt, DateTimeOffset listNeededAt)
{
    // Failures that no waiting mends, before and after the first list.
    private static readonly TimeSpan FirstListPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FeedPatience = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, DrainPod> _pods = [];
    private readonly Dictionary<string, PodAttempt> _attempts = [];
    private readonly Dictionary<DaemonSetName, DaemonSetAnswer> _daemonSets = [];
    private DrainNode _node = node;
    private DateTimeOffset? _listedAt;
    private DateTimeOffset _listNeededAt = listNeededAt;
    private DateTimeOffset? _failingSince;

    public bool IsListed => _listedAt is not null;

    /// <summary>The reason why the drain cannot go on; null while it can.</summary>
    public string? Broken { get; private set; }

    public HashSet<string> BudgetsAsked { get; } = [];

    public HashSet<DaemonSetName> DaemonSetsAsked { get; } = [];

    /// <summary>A confirming list is under way.</summary>
    public bool Confirming { get; set; }

    public IReadOnlyCollection<DrainPod> Pods => _pods.Values;

    public void Try(string uid) => _attempts[uid] = PodAttempt.Started(_attempts.GetValueOrDefault(uid));

    public DrainSnapshot Snapshot(DrainOptions options, IReadOnlyDictionary<string, IReadOnlyList<DrainBudget>> budgets, DateTimeOffset now) => new()
    {
        Node = _node,
        Options = options,
        Now = now,
        StartedAt = startedAt,
        Pods = _pods.Values,
        Attempts = _attempts,
        DaemonSets = _daemonSets,
        Budgets = budgets,
        BudgetsAsked = BudgetsAsked,
        ListedAt = _listedAt ?? DateTimeOffset.MinValue,
        ListNeededAt = _listNeededAt,
    };

    /// <summary>True when the pods have to be listed and followed anew.</summary>
    public bool Apply(DrainInput input, DateTimeOffset now)
    {
        switch (input)
        {
            case DrainInput.PodsListed listed:
                Replace(listed.Pods, now);
                _listedAt = listed.AskedAt;
                _failingSince = null;
                break;
            case DrainInput.PodChanged { Pod: var pod }:
                _pods[pod.Id.Uid] = pod;
                break;
            case DrainInput.PodRemoved { Uid: var uid }:
                Remove(uid, now);
                break;
            case DrainInput.Confirmed confirmed:
                return Confirm(confirmed);
            case DrainInput.NodeSeen seen:
                See(seen.Node);
                break;
            case DrainInput.Answered answered:
                Answer(answered, now);
                break;
            case DrainInput.DaemonSetTold told:
                _daemonSets[told.Name] = told.Answer;
                break;
            case DrainInput.FeedFailing { Failure: var failure }:
                Fail(failure, now);
                break;
        }

        return false;
    }

    private void Answer(DrainInput.Answered answered, DateTimeOffset now)
    {
        if (_attempts.TryGetValue(answered.Uid, out var attempt))
        {
            _attempts[answered.Uid] = answered.Answer is { } answer ? attempt.Answered(answer, now) : attempt.Abandoned();
        }
    }

    private void Replace(IReadOnlyList<DrainPod> pods, DateTimeOffset now)
    {
        var present = pods.Select(pod => pod.Id.Uid).ToHashSet();
        foreach (string uid in _pods.Keys.Where(uid => !present.Contains(uid)).ToArray())
        {
            Remove(uid, now);
        }

        foreach (var pod in pods)
        {
            _pods[pod.Id.Uid] = pod;
        }
    }

    private void Remove(string uid, DateTimeOffset now)
    {
        if (_pods.Remove(uid) && now > _listNeededAt)
        {
            _listNeededAt = now;
        }
    }

    // The list ran beside the watch, which may be ahead of it or behind: only when both agree does it prove anything.
    private bool Confirm(DrainInput.Confirmed confirmed)
    {
        Confirming = false;
        if (confirmed.Pods is null)
        {
            return false;
        }

        if (!_pods.Keys.ToHashSet().SetEquals(confirmed.Pods.Select(pod => pod.Id.Uid)))
        {
            return true;
        }

        _listedAt = confirmed.AskedAt;
        return false;
    }

    private void See(DrainNode? seen)
    {
        if (seen is null || seen.Uid != _node.Uid)
        {
            Broken = $"node {_node.Name} was deleted while it was drained";
            return;
        }

        _node = seen;
    }

    private void Fail(ApiFailure failure, DateTimeOffset now)
    {
        _failingSince ??= now;
        bool final = failure.Kind is ApiFailureKind.Forbidden or ApiFailureKind.Unauthorized or ApiFailureKind.Invalid or ApiFailureKind.NotFound;
        if (final || now - _failingSince >= (IsListed ? FeedPatience : FirstListPatience))
        {
            Broken = $"the pods of node {_node.Name} could not be read: {failure.Message}";
        }
    }
}
