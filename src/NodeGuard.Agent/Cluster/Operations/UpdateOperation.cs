using NodeGuard.Agent.Control;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Agent.Cluster.Operations;

/// <summary>
/// An update that this node's GuardedNode asks for: handed to the host's update runs, which keep it on the disk and do each id
/// at most once, and followed to its end. Nothing here waits, for the host's tools take their time.
/// </summary>
/// <param name="runs">Null where this agent updates nothing.</param>
/// <param name="pending">Knows afterwards whether a reboot is due.</param>
/// <param name="allowed">Whether the configuration lets the host be updated.</param>
/// <param name="time">For deadlines.</param>
public sealed class UpdateOperation(IUpdateRuns? runs, IPendingUpdates? pending, bool allowed, TimeProvider time)
{
    // Each try asks the host's tools what is pending.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private string _id = string.Empty;
    private Task<UpdateAnswer>? _beginning;
    private Task<PendingStatus>? _looking;
    private long _triedAt;
    private string _waits = string.Empty;

    /// <param name="asked">The operation in the spec; its kind is Update.</param>
    /// <param name="told">The operation in the status, as the server has it.</param>
    /// <returns>How far it is by now.</returns>
    public OperationStatus Turn(GuardedOperation asked, OperationStatus? told, CancellationToken cancellation)
    {
        string id = asked.Id!;
        if (_id != id)
        {
            (_id, _beginning, _looking, _waits, _triedAt) = (id, null, null, string.Empty, 0);
        }

        // Only this agent writes there: what it has told as the end is the end.
        if (told?.Id == id && told.State is nameof(OperationState.Done) or nameof(OperationState.Failed))
        {
            return told;
        }

        if (runs is null || pending is null)
        {
            return Failed(id, "this agent does not update the host it runs on");
        }

        if (_beginning is { IsCompleted: false })
        {
            return Of(id, OperationState.Accepted, "the host is asked what is pending");
        }

        if (runs.History.Runs.FirstOrDefault(run => run.Id == id) is { } run)
        {
            return Follow(run, pending, cancellation);
        }

        if (told?.Id == id && told.State is not nameof(OperationState.Accepted))
        {
            return Failed(id, "the agent's record of it is lost, and what came of it is not known", changed: null);
        }

        if (WhyNot(asked) is { } refusal)
        {
            return Failed(id, refusal);
        }

        Begin(asked, runs, cancellation);
        return Of(id, OperationState.Accepted, _waits.Length > 0 ? $"waits: {_waits}" : "the host is asked what is pending");
    }

    private string? WhyNot(GuardedOperation asked) => asked switch
    {
        _ when !allowed => "cluster.updates of this agent is never: it updates no host",
        { Packages: null or { Count: 0 }, Repair: not true } => "it names no packages",
        { Deadline: null } => "it has no deadline, and may have been asked for long ago",
        { Deadline: { } deadline } when deadline <= time.GetUtcNow() =>
            $"it was not begun before its deadline {deadline.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC{(_waits.Length > 0 ? $": {_waits}" : "")}",
        _ => null,
    };

    // The answer is looked at in a later turn: a run that was noted down is found by its id.
    private void Begin(GuardedOperation asked, IUpdateRuns host, CancellationToken cancellation)
    {
        if (_beginning is { IsCompleted: true } over)
        {
            _waits = over.IsCompletedSuccessfully ? over.Result.Problem ?? string.Empty : over.Exception?.InnerException?.Message ?? "it was broken off";
            if (time.GetElapsedTime(_triedAt) < Pause)
            {
                return;
            }
        }

        _triedAt = time.GetTimestamp();
        _beginning = host.BeginAsync(
            new UpdateWish
            {
                Id = asked.Id,
                By = $"NodeRecycle {asked.Recycle}",
                Scope = UpdateScope.All,
                Exactly = [.. (asked.Packages ?? []).Select(static package => ($"{package.Name}", $"{package.Version}"))],
                Repair = asked.Repair == true,
                DespiteHazard = asked.DespiteHazard == true,
            },
            cancellation);
    }

    private OperationStatus Follow(UpdateRun run, IPendingUpdates host, CancellationToken cancellation)
    {
        switch (run.Phase)
        {
            case UpdateRunPhase.Failed:
                // A repair runs scripts of packages and changes no version: what it has done is not known by those.
                return Failed(run.Id, run.Message, run.Changes is { } changes && !run.Repairs ? changes.Count > 0 : null);
            case UpdateRunPhase.Succeeded:
                // Whether a reboot is due shows only afterwards, and is told together with the end.
                _looking ??= host.LookAsync(cancellation);
                return _looking.IsCompleted
                    ? new OperationStatus
                    {
                        Id = run.Id,
                        State = nameof(OperationState.Done),
                        Message = run.Message,
                        Changed = run.Changes is { } made ? made.Count > 0 : null,
                        RebootRequired = _looking.IsCompletedSuccessfully ? _looking.Result.Reboot.Required : null,
                    }
                    : Of(run.Id, OperationState.Running, $"{run.Message}; whether a reboot is due is looked at");
            default:
                return Of(run.Id, OperationState.Running, run.Message);
        }
    }

    /// <param name="changed">Whether packages were changed; null when that is not known.</param>
    private static OperationStatus Failed(string id, string message, bool? changed = false) =>
        new() { Id = id, State = nameof(OperationState.Failed), Message = message, Changed = changed };

    private static OperationStatus Of(string id, OperationState state, string message) => new() { Id = id, State = state.ToString(), Message = message };
}
