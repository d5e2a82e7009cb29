using System.Threading.Channels;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>The pods' part of one node's drain: hear, decide, act, until there is a verdict.</summary>
internal sealed class NodeDrainRun
{
    private readonly IKubeApi _api;
    private readonly TimeProvider _time;
    private readonly DrainOptions _options;
    private readonly ClusterReads _reads;
    private readonly Action<DrainEvent> _tell;
    private readonly DrainState _state;
    private readonly DrainReporter _reporter;
    private readonly ListQuery _podQuery;
    private readonly Following<Pod> _pods;
    private readonly DrainInput.NodeFollower _node;
    private readonly Following<Node> _nodes;
    private readonly Channel<DrainInput> _inputs = Channel.CreateUnbounded<DrainInput>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<Task> _calls = [];
    private IReadOnlyList<PodState> _last = [];

    /// <param name="node">As read when it was cordoned.</param>
    /// <param name="boundUntil">When the scheduler cannot have a pod on its way to the node any more.</param>
    public NodeDrainRun(
        IKubeApi api, TimeProvider time, Node node, DrainOptions options, ClusterReads reads, DateTimeOffset boundUntil, Action<DrainEvent> tell)
    {
        (_api, _time, _options, _reads, _tell) = (api, time, options, reads, tell);
        string name = node.Metadata.Name!;
        _node = new DrainInput.NodeFollower(node, Post);
        _reporter = new DrainReporter(name);
        _state = new DrainState(Observations.Node(node), time.GetUtcNow(), boundUntil);
        _podQuery = new ListQuery(LabelSelector: options.PodSelector, FieldSelector: $"spec.nodeName={name}", Limit: options.ChunkSize);
        _pods = new Following<Pod>(api, time, ResourceTypes.Pods, _podQuery, new DrainInput.PodFollower(Post));
        _nodes = new Following<Node>(api, time, ResourceTypes.Nodes, new ListQuery(FieldSelector: $"metadata.name={name}"), _node);
    }

    public Node LastNode => _node.Last;

    public DrainCounts Counts => _reporter.Counts;

    public IReadOnlyList<LeftPod> Left => DrainText.Left(_last);

    /// <summary>Pods that stay on purpose.</summary>
    public IReadOnlyList<DrainPod> Staying => [.. _last.Where(pod => !pod.IsLeft).Select(pod => pod.Pod)];

    /// <exception cref="OperationCanceledException">Cancelled; what was asked for is over.</exception>
    public async Task<DrainVerdict> RunAsync(CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _reads.Budgets.Listen(() => Post(new DrainInput.BudgetsChanged()));
        _calls.Add(_pods.RunAsync(from: null, ends.Token));
        if (_options.DryRun == DrainDryRun.None)
        {
            _calls.Add(_nodes.RunAsync(_node.Last.Metadata.ResourceVersion, ends.Token));
        }

        try
        {
            while (true)
            {
                if (Decide(ends.Token, out var wakeAt) is { } verdict)
                {
                    return verdict;
                }

                await WaitAsync(wakeAt, cancellation);
            }
        }
        finally
        {
            ends.CancelHere();
            await Task.WhenAll(_calls).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private DrainVerdict? Decide(CancellationToken cancellation, out DateTimeOffset wakeAt)
    {
        // Failures of the server are values; what is thrown is a fault that must not look like a pod that waits.
        _calls.Find(call => call.IsFaulted)?.GetAwaiter().GetResult();
        var now = _time.GetUtcNow();
        while (_inputs.Reader.TryRead(out var input))
        {
            if (_state.Apply(input, now))
            {
                _pods.Restart();
            }
        }

        wakeAt = DateTimeOffset.MaxValue;
        if (_state.Broken is { } broken)
        {
            return new DrainVerdict.Failed(broken);
        }

        if (!_state.IsListed)
        {
            return null;
        }

        var step = DrainPlanner.Next(_state.Snapshot(_options, _reads.Budgets.Current(), now));
        _last = step.Pods;
        foreach (var told in _reporter.Tell(step, _options, now))
        {
            _tell(told);
        }

        _calls.RemoveAll(call => call.IsCompletedSuccessfully);
        foreach (var action in step.Actions)
        {
            Act(action, cancellation);
        }

        wakeAt = step.WakeAt;
        return step.Verdict;
    }

    private async Task WaitAsync(DateTimeOffset wakeAt, CancellationToken cancellation)
    {
        var delay = wakeAt - _time.GetUtcNow();
        if (delay <= TimeSpan.Zero)
        {
            // A step that asks for itself again at once would spin; a millisecond is below any delay that is meant.
            delay = TimeSpan.FromMilliseconds(1);
        }

        using var sleep = wakeAt == DateTimeOffset.MaxValue ? new CancellationTokenSource() : new CancellationTokenSource(delay, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(sleep.Token, cancellation);
        try
        {
            await _inputs.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    private void Act(DrainAction action, CancellationToken cancellation)
    {
        switch (action)
        {
            case DrainAction.Evict evict:
                _state.Try(evict.Pod.Uid);
                _calls.Add(EvictAsync(evict, cancellation));
                break;
            case DrainAction.AskDaemonSet { Name: var name } when _state.DaemonSetsAsked.Add(name):
                _calls.Add(AskDaemonSetAsync(name, cancellation));
                break;
            case DrainAction.FollowBudgets { Namespace: var name }:
                _state.BudgetsAsked.Add(name);
                _reads.Budgets.Follow(name);
                break;
            case DrainAction.List when !_state.Confirming:
                _state.Confirming = true;
                _calls.Add(ConfirmAsync(cancellation));
                break;
        }
    }

    private async Task EvictAsync(DrainAction.Evict evict, CancellationToken cancellation)
    {
        PodAnswer? answer = null;
        try
        {
            var name = new ObjectName(evict.Pod.Namespace, evict.Pod.Name);
            var query = new DeleteQuery(evict.Pod.Uid, GracePeriod: evict.Grace, DryRun: _options.DryRun == DrainDryRun.Server);
            answer = PodAnswers.Of(evict.ByDelete
                ? await _api.DeleteAsync(ResourceTypes.Pods, name, query, cancellation)
                : await _api.EvictAsync(name, query, cancellation));
        }
        finally
        {
            Post(new DrainInput.Answered(evict.Pod.Uid, answer));
        }
    }

    private async Task AskDaemonSetAsync(DaemonSetName name, CancellationToken cancellation) =>
        Post(new DrainInput.DaemonSetTold(name, await _reads.DaemonSets.AskAsync(name, cancellation)));

    private async Task ConfirmAsync(CancellationToken cancellation)
    {
        var askedAt = _time.GetUtcNow();
        var (all, _, failure) = await PagedList.ReadAsync(_api, ResourceTypes.Pods, _podQuery, cancellation);
        if (failure is not null)
        {
            Post(new DrainInput.FeedFailing(failure));
        }

        Post(new DrainInput.Confirmed(failure is null ? [.. all.Select(Observations.Pod)] : null, askedAt));
    }

    private void Post(DrainInput input) => _inputs.Writer.TryWrite(input);
}
