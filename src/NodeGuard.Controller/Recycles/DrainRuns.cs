using System.Collections.Concurrent;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Controller.Recycles;

/// <summary>How far the drain of one recycle is.</summary>
/// <param name="Message">The last word of a drain that has ended; empty before.</param>
public sealed record DrainLook(DrainState State, int Evicted, int Remaining, IReadOnlyList<LeftPod> Blockers, string Message)
{
    public static DrainLook None { get; } = new(DrainState.NotStarted, 0, 0, [], string.Empty);
}

/// <summary>
/// Drains that this process runs, by the UID of their recycle. They live as long as the term of leading: the next leader
/// starts them again, and each goes on where it stopped.
/// </summary>
public sealed class DrainRuns(INodeDrain drain, Action changed)
{
    private readonly ConcurrentDictionary<string, Run> _runs = new();

    public DrainLook Look(string recycleUid) => _runs.TryGetValue(recycleUid, out Run? run) ? run.Look : DrainLook.None;

    /// <summary>Does nothing where one runs, or has ended and was not forgotten.</summary>
    public void Ensure(string recycleUid, Node node, DrainOptions options, CancellationToken term)
    {
        if (_runs.ContainsKey(recycleUid))
            return;
        var run = new Run(changed, term);
        if (_runs.TryAdd(recycleUid, run))
            run.Start(drain, node, options);
    }

    /// <summary>Ends when the drain has: nothing of it touches the node afterwards.</summary>
    public async Task ForgetAsync(string recycleUid)
    {
        if (_runs.TryRemove(recycleUid, out Run? run))
            await run.StopAsync();
    }

    public Task StopAllAsync() => Task.WhenAll(_runs.Keys.Select(ForgetAsync));

    private sealed class Run(Action changed, CancellationToken term)
    {
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(term);
        private readonly Dictionary<PodId, LeftPod> _blocked = [];
        private volatile DrainLook _look = DrainLook.None with { State = DrainState.Running };
        private Task _task = Task.CompletedTask;

        public DrainLook Look => _look;

        public void Start(INodeDrain drain, Node node, DrainOptions options) => _task = FollowAsync(drain, node, options);

        public async Task StopAsync()
        {
            _stop.CancelHere();
            await _task;
            _stop.Dispose();
        }

        private async Task FollowAsync(INodeDrain drain, Node node, DrainOptions options)
        {
            try
            {
                await foreach (DrainEvent told in drain.DrainAsync([node], options, _stop.Token))
                {
                    if (Take(told))
                        changed();
                }
            }
            catch (Exception broken) when (!_stop.IsCancellationRequested)
            {
                _look = _look with { State = DrainState.Failed, Message = $"the drain of node {node.Metadata.Name} broke off: {broken.Message}" };
                changed();
            }
            catch (OperationCanceledException)
            {
                // Stopped; nobody looks any more.
            }
        }

        // True when it is worth a look at the recycle.
        private bool Take(DrainEvent told)
        {
            switch (told)
            {
                case DrainEvent.Blocked blocked:
                    _blocked[blocked.Pod] = new LeftPod(blocked.Pod, $"{blocked.Reason}{(blocked.Remedy.Length > 0 ? $"; {blocked.Remedy}" : "")}");
                    _look = _look with { Blockers = [.. _blocked.Values] };
                    return true;
                case DrainEvent.Evicted evicted:
                    if (_blocked.Remove(evicted.Pod))
                        _look = _look with { Blockers = [.. _blocked.Values] };
                    return false;
                case DrainEvent.Progress { Counts: var counts }:
                    _look = _look with { Evicted = counts.Evicted, Remaining = counts.Left + counts.Terminating };
                    return false;
                case DrainEvent.Finished { Result: var result }:
                    _look = new DrainLook(
                        result.Outcome == DrainOutcome.Drained ? DrainState.Drained : DrainState.Failed,
                        result.Counts.Evicted, result.LeftPods.Count, result.LeftPods, result.Message);
                    return true;
                default:
                    return false;
            }
        }
    }
}
