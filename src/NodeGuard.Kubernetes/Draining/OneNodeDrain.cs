using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>One node from its cordon to its result.</summary>
internal sealed class OneNodeDrain(
    IKubeApi api, TimeProvider time, NodeCordon cordon, string name, DrainOptions options, ClusterReads reads, Action<DrainEvent> tell)
{
    // A pod that was on its way to the node when it was cordoned is bound by then.
    private static readonly TimeSpan BindingTime = TimeSpan.FromMilliseconds(500);

    // What is undone after a cancellation gets its own time.
    private static readonly TimeSpan CleanUpTime = TimeSpan.FromSeconds(10);

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>Null when it failed, and was told so.</summary>
    /// <param name="node">As read a moment ago.</param>
    public async Task<CordonedNode?> CordonAsync(Node node, CancellationToken cancellation)
    {
        NodeWrite write;
        try
        {
            // A client-side dry run reads as the server does, and writes nothing.
            write = options.DryRun == DrainDryRun.Client
                ? await cordon.ReadAsync(name, options.CordonId, cancellation)
                : await cordon.SetAsync(name, options.CordonId, options.DryRun == DrainDryRun.Server, node, cancellation);
        }
        catch (OperationCanceledException)
        {
            await LeaveAsFoundAsync(null, DrainOutcome.Cancelled, "cancelled before it began", VolumeState.NotChecked);
            return null;
        }

        if (write.Failure is not null)
        {
            Tell(null, DrainOutcome.Failed, write.Text, write.Owner, VolumeState.NotChecked);
            return null;
        }

        var owner = options.DryRun == DrainDryRun.None || write.Owner != CordonOwner.None ? write.Owner : CordonOwner.Us;
        bool already = !write.Changed && write.Owner != CordonOwner.None;
        tell(new DrainEvent.Cordoned(time.GetUtcNow(), name, owner, already, options.DryRun != DrainDryRun.None));
        return new CordonedNode(write.Node!, write.Owner, time.GetUtcNow());
    }

    public async Task DrainAsync(CordonedNode node, CancellationToken cancellation)
    {
        var boundBy = options.DryRun == DrainDryRun.None ? node.At + BindingTime : DateTimeOffset.MinValue;
        var run = new NodeDrainRun(api, time, node.Node, options, reads, boundBy, tell);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var verdict = await run.RunAsync(cancellation);
            switch (verdict)
            {
                case DrainVerdict.PodsGone:
                    await SucceedAsync(run, node, cancellation);
                    break;
                case DrainVerdict.BlockedUntilTimeout blocked:
                    await LeaveAsFoundAsync(run, DrainOutcome.BlockedUntilTimeout, blocked.Message, VolumeState.NotChecked);
                    break;
                case DrainVerdict.Failed failed:
                    await LeaveAsFoundAsync(run, DrainOutcome.Failed, failed.Message, VolumeState.NotChecked);
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            await LeaveAsFoundAsync(run, DrainOutcome.Cancelled, "cancelled; start again to go on", VolumeState.NotChecked);
        }
    }

    private async Task SucceedAsync(NodeDrainRun run, CordonedNode node, CancellationToken cancellation)
    {
        if (options.DryRun != DrainDryRun.None)
        {
            Tell(run, DrainOutcome.Drained, "would be drained", node.Owner, VolumeState.NotChecked);
            return;
        }

        var volumes = options.VolumeDetachTimeout > TimeSpan.Zero
            ? await new VolumeDetachment(api, time, name, tell).WaitAsync(run.Staying, Patience(), cancellation)
            : VolumeState.NotChecked;
        var owner = node.Owner;
        if (owner == CordonOwner.Us)
        {
            var mark = await cordon.MarkDrainedAsync(name, options.CordonId, run.LastNode, cancellation);
            // The mark makes it an earlier drain's only for the next one.
            owner = mark.Failure is null && !mark.Changed ? mark.Owner : owner;
            if (mark.Failure is not null)
            {
                tell(new DrainEvent.Warning(time.GetUtcNow(), name, null, mark.Text));
            }
        }

        Tell(run, DrainOutcome.Drained, "drained", owner, volumes);
    }

    private TimeSpan Patience()
    {
        if (options.Timeout == TimeSpan.Zero)
        {
            return options.VolumeDetachTimeout;
        }

        var left = _startedAt + options.Timeout - time.GetUtcNow();
        return left < options.VolumeDetachTimeout ? TimeSpan.FromTicks(Math.Max(left.Ticks, 0)) : options.VolumeDetachTimeout;
    }

    // A drain that did not succeed leaves the node as it was found.
    private async Task LeaveAsFoundAsync(NodeDrainRun? run, DrainOutcome outcome, string message, VolumeState volumes)
    {
        if (options.DryRun != DrainDryRun.None)
        {
            Tell(run, outcome, message, CordonOwner.None, volumes);
            return;
        }

        using var cleanUp = new CancellationTokenSource(CleanUpTime, time);
        try
        {
            var write = options.KeepCordoned
                ? await cordon.ReadAsync(name, options.CordonId, cleanUp.Token)
                : await cordon.TakeBackAsync(name, options.CordonId, cleanUp.Token);
            if (write.Changed)
            {
                tell(new DrainEvent.Uncordoned(time.GetUtcNow(), name, DryRun: false));
            }

            // A node that is gone has no cordon; of one that did not answer, ours has to be thought to stand.
            var left = write.Failure is null or { Kind: ApiFailureKind.NotFound } ? write.Owner : CordonOwner.Us;
            Tell(run, outcome, write.Failure is null ? message : $"{message}; {write.Text}", left, volumes);
        }
        catch (OperationCanceledException)
        {
            string unknown = $"{message}; whether node {name} is still cordoned is not known: no answer within {CleanUpTime.TotalSeconds:0} s";
            Tell(run, outcome, unknown, CordonOwner.Us, volumes);
        }
    }

    private void Tell(NodeDrainRun? run, DrainOutcome outcome, string message, CordonOwner owner, VolumeState volumes)
    {
        bool drained = outcome == DrainOutcome.Drained;
        tell(new DrainEvent.Finished(time.GetUtcNow(), name, new NodeDrainResult(
            name, outcome, message, owner, run?.Counts ?? default, drained ? [] : run?.Left ?? [], run?.Staying.Count ?? 0, volumes,
            time.GetUtcNow() - _startedAt)));
    }
}

internal sealed record CordonedNode(Node Node, CordonOwner Owner, DateTimeOffset At);
