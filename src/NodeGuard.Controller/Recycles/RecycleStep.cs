using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NodeGuard.Controller.Fleet;
using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles;

/// <summary>
/// One step of one recycle: look, decide by the table, then either write the next phase or do the phase's work. The phase is
/// written before anything of it is done, and all work may be done again: a leader that dies at any point leaves what the
/// next one needs (Invariants 8 and 9).
/// </summary>
internal sealed partial class RecycleStep(RecycleParts parts)
{
    /// <summary>Refusals of methods in this term, by recycle: final, and asked again by nobody.</summary>
    private readonly ConcurrentDictionary<string, string> _refusals = [];

    private readonly SuccessorClaims _successors = new();

    private readonly BeforeDrain _before = new(parts);
    private readonly PhaseWatch _watch = new();

    /// <param name="leads">Asked right before what touches a node.</param>
    /// <returns>Whether there may be more to do at once.</returns>
    public async Task<bool> RunAsync(RecycleContext recycle, Func<Task<bool>> leads, CancellationToken term)
    {
        if (RecycleReading.Phase(recycle.Recycle) is not { } phase)
            return false;
        if (phase.IsFinal())
        {
            _refusals.TryRemove(recycle.Uid, out _);
            _before.Forget(recycle.Uid);
            _successors.End(recycle.Uid, recycle.Replacement?.Successor, name => recycle.View.Node(name)?.Uid);
            _watch.Forget(recycle.Uid);
            return await EndAsync(recycle, leads, term);
        }

        recycle = recycle with { Claimed = _successors.Of(recycle.Uid), IsSettled = _successors.IsSettled };
        string? before = phase == RecyclePhase.Cordoned && !_refusals.ContainsKey(recycle.Uid) ? await _before.LookAsync(recycle, term) : null;
        string? refusal = _refusals.GetValueOrDefault(recycle.Uid) ?? _before.Refusal(recycle.Uid);
        RecycleLook look = await parts.Eyes.LookAsync(recycle, refusal, before, _watch.IsLongEnough(recycle, phase), term);
        RecycleEvent happened = RecycleEvents.Of(look.Seen);
        RecycleMove move = RecycleTable.Next(phase, happened);
        if (!await leads())
            return false;
        if (move.To != phase)
            return await MoveAsync(recycle, look, happened, move, term);
        await WorkAsync(recycle, look, term);
        return false;
    }

    private async Task<bool> MoveAsync(RecycleContext recycle, RecycleLook look, RecycleEvent happened, RecycleMove move, CancellationToken term)
    {
        // What was begun is taken back later, by whoever leads then: the finalizer makes sure that the object is still there.
        if (move.To == RecyclePhase.Cordoned && !await HoldAsync(recycle, term))
            return false;
        if (happened is RecycleEvent.Cordoned or RecycleEvent.ActionDone && !IsOurs(recycle, look.Successor))
            return false;

        // A drain that goes on would evict from a node that is about to be given back.
        if (RecycleReading.Phase(recycle.Recycle) == RecyclePhase.Draining)
            await parts.Drains.ForgetAsync(recycle.Uid);
        List<OwnerStatus>? owners = null;
        if (move.To == RecyclePhase.Draining)
        {
            owners = await parts.Owners.OfNodeAsync(recycle.NodeName, term);
            if (owners is null)
                return false;
        }

        string message = RecycleMessages.For(happened, recycle, look);
        ApiFailure? failure = await parts.Writer.WriteAsync(
            recycle.Recycle, status => RecycleTransition.Apply(status, recycle, look, happened, move.To, owners, message), term);
        if (failure is not null)
            return failure.Kind == ApiFailureKind.Conflict;

        Moved(parts.Log, recycle.Name, recycle.NodeName, move.To, message);
        parts.Tell(recycle.Recycle, move.To, message);
        return true;
    }

    private bool IsOurs(RecycleContext recycle, SeenNode? successor) =>
        successor is null || successor.Uid == RecycleReading.NodeUid(recycle.Recycle)
        || _successors.Take(recycle.Uid, successor.Uid, uid => recycle.View.Recycles.Objects.Any(other => other.Metadata.Uid == uid));

    private Task WorkAsync(RecycleContext recycle, RecycleLook look, CancellationToken term) => look.Seen.Phase switch
    {
        RecyclePhase.Pending => GiveBackAsync(recycle, term),
        RecyclePhase.Cordoned => CordonAsync(recycle, look, term),
        RecyclePhase.Draining => DrainAsync(recycle, look, term),
        RecyclePhase.Acting => ActAsync(recycle, look, term),
        _ => SayAsync(recycle, look.ActionMessage, term),
    };

    private async Task CordonAsync(RecycleContext recycle, RecycleLook look, CancellationToken term)
    {
        if (look.Seen.Cordon is CordonState.Ours or CordonState.Others)
        {
            await SayAsync(recycle, look.Successor is null ? await _before.WorkAsync(recycle, term) ?? look.ActionMessage : look.ActionMessage, term);
            return;
        }

        if (look.Seen.Cordon == CordonState.None && await IsBackAsync(recycle, term))
            return;
        if (await parts.Mark.SetAsync(recycle.NodeName, recycle.Uid, term) is { } problem)
            await SayAsync(recycle, problem, term);
    }

    // A watch lags: what was given no room is not taken by the cache's word (Invariant 5). The next look sees it, too.
    private async Task<bool> IsBackAsync(RecycleContext recycle, CancellationToken term) =>
        recycle.Slot is { WasUnavailable: true } slot
        && (await parts.Api.GetAsync(ResourceTypes.Nodes, new ObjectName(string.Empty, recycle.NodeName), term) is not ApiResult<Node>.Ok { Value: var node }
            || SlotBook.CameBack(slot, SeenNode.Of(node, new StringPool())));

    private async Task DrainAsync(RecycleContext recycle, RecycleLook look, CancellationToken term)
    {
        if (look.Seen.Stopped && look.Seen.Drain == DrainState.Drained)
        {
            await SayAsync(recycle, $"node {recycle.NodeName} is drained, and waits: {RecycleMessages.Stop(recycle)}", term);
            return;
        }

        if (look.Seen.Drain == DrainState.NotStarted
            && await parts.Api.GetAsync(ResourceTypes.Nodes, new ObjectName(string.Empty, recycle.NodeName), term) is ApiResult<Node>.Ok { Value: var node }
            && node.Metadata.Uid == RecycleReading.NodeUid(recycle.Recycle))
        {
            var settings = new RecycleSettings(recycle.Policy?.Spec);
            DateTimeOffset ends = (recycle.Recycle.Status?.PhaseSince ?? recycle.Now) + settings.DrainTimeout;
            bool forced = RecycleReading.IsForced(recycle.Recycle);
            parts.Drains.Ensure(recycle.Uid, node, settings.Drain(RecycleReading.CordonId(recycle.Uid), ends - recycle.Now, forced), term);
        }

        DrainLook drain = parts.Drains.Look(recycle.Uid);
        if (RecycleTransition.TellsMore(recycle.Recycle.Status?.Drain, drain))
            await parts.Writer.WriteAsync(recycle.Recycle, status => RecycleTransition.SetDrain(status, drain, RecycleMessages.Draining(drain)), term);
    }

    /// <summary>The intention is written before it is carried out: whoever comes next asks again, and nobody takes it back.</summary>
    private async Task ActAsync(RecycleContext recycle, RecycleLook look, CancellationToken term)
    {
        if (parts.MethodFor(recycle) is not { } method)
        {
            _refusals[recycle.Uid] = BeforeDrain.NoMethod(recycle);
            parts.Again();
            return;
        }

        // Asked for is what was noted down whole: without it nobody would know a successor.
        if (recycle is { IsAsked: true, Replacement.NewestBefore: null })
        {
            _refusals[recycle.Uid] = ServedDefinitions.Dropped("noderecycles", "status.replacement.newestBefore");
            parts.Again();
            return;
        }

        if (recycle.IsAsked)
        {
            Take(recycle, await method.AskAsync(recycle, term), out string state);
            await SayAsync(recycle, state, term);
            return;
        }

        // Invariant 6: what has not been drained is not touched, unless a person said force.
        if (UpdateByAgent.Drains(recycle.Recycle, recycle.Policy) && !RecycleStatusWriter.Holds(recycle.Recycle, FleetConditions.Drained) && !look.Seen.Forced)
        {
            _refusals[recycle.Uid] = $"node {recycle.NodeName} was not drained";
            parts.Again();
            return;
        }

        if (parts.Definitions.Problem is { } problem)
        {
            await SayAsync(recycle, problem, term);
            return;
        }

        switch (await method.PrepareAsync(recycle, term))
        {
            case Preparation.Ready ready:
                if (await parts.Writer.WriteAsync(recycle.Recycle, status => RecycleTransition.SetAsked(status, recycle, ready), term)
                    is { Kind: ApiFailureKind.Invalid or ApiFailureKind.ServerError })
                {
                    parts.Definitions.Doubt();
                }

                parts.Again();
                break;
            case Preparation.Refused refused:
                _refusals[recycle.Uid] = refused.Message;
                parts.Again();
                break;
            case Preparation.Later later:
                await SayAsync(recycle, later.Message, term);
                break;
        }
    }

    private void Take(RecycleContext recycle, Asked answer, out string state)
    {
        state = answer switch
        {
            Asked.Running running => running.State,
            Asked.Later later => later.Message,
            Asked.Refused refused => refused.Message,
            _ => throw new InvalidOperationException("no such answer"),
        };
        if (answer is Asked.Refused)
        {
            _refusals[recycle.Uid] = state;
            parts.Again();
        }
    }

    private async Task<bool> EndAsync(RecycleContext recycle, Func<Task<bool>> leads, CancellationToken term)
    {
        if (recycle.Recycle.Metadata.Finalizers?.Contains(FleetKeys.UndoFinalizer) != true)
            return false;
        if (!await leads())
            return false;
        await parts.Drains.ForgetAsync(recycle.Uid);
        if (!await TakeBackAsync(recycle, term) || !await GiveBackAsync(recycle, term))
            return false;
        return await parts.Finalizer.RemoveAsync(recycle.Recycle, term) is null;
    }

    private async Task<bool> TakeBackAsync(RecycleContext recycle, CancellationToken term)
    {
        // A replica that was asked for is given back after a success, too.
        bool mayLeaveAnything = recycle.IsSurged || (recycle.IsAsked && RecycleReading.Phase(recycle.Recycle) != RecyclePhase.Succeeded);
        if (!mayLeaveAnything
            || parts.MethodFor(recycle) is not { } method || await method.TakeBackAsync(recycle, term) is not { } problem)
        {
            return true;
        }

        NotGivenBack(parts.Log, recycle.Name, recycle.NodeName, problem);
        return false;
    }

    /// <summary>True when the node carries nothing of ours any more, by the server's word.</summary>
    private async Task<bool> GiveBackAsync(RecycleContext recycle, CancellationToken term)
    {
        if (recycle.Namesake is not { } node)
            return true;
        if (RecycleReading.Phase(recycle.Recycle) == RecyclePhase.Pending && !NodeMark.Stands(node, recycle.Uid))
            return true;
        if (await parts.Mark.TakeAwayAsync(recycle.NodeName, recycle.Uid, term) is not { } problem)
            return true;
        NotGivenBack(parts.Log, recycle.Name, recycle.NodeName, problem);
        return false;
    }

    /// <summary>False while the finalizer is only on its way: the object is looked at again when it is there.</summary>
    private async Task<bool> HoldAsync(RecycleContext recycle, CancellationToken term)
    {
        if (recycle.Recycle.Metadata.Finalizers?.Contains(FleetKeys.UndoFinalizer) == true)
            return true;
        await parts.Finalizer.AddAsync(recycle.Recycle, term);
        return false;
    }

    private async Task SayAsync(RecycleContext recycle, string message, CancellationToken term)
    {
        if (message.Length == 0 || recycle.Recycle.Status?.Message == message)
            return;
        await parts.Writer.WriteAsync(recycle.Recycle, status => status.Message = message, term);
    }

    [LoggerMessage(1, LogLevel.Information, "recycle {Recycle} of node {Node} is {Phase}: {Message}")]
    private static partial void Moved(ILogger log, string recycle, string node, RecyclePhase phase, string message);

    [LoggerMessage(2, LogLevel.Warning, "recycle {Recycle}: node {Node} was not given back, and is tried again: {Message}")]
    private static partial void NotGivenBack(ILogger log, string recycle, string node, string message);
}
