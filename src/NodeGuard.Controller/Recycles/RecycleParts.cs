using Microsoft.Extensions.Logging;
using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles;

/// <summary>What steps are made of.</summary>
internal sealed record RecycleParts
{
    public required IKubeApi Api { get; init; }

    public required ServedDefinitions Definitions { get; init; }

    public required DrainRuns Drains { get; init; }

    public required RecycleEyes Eyes { get; init; }

    public required WorkloadOwners Owners { get; init; }

    public required NodeMark Mark { get; init; }

    public required RecycleStatusWriter Writer { get; init; }

    public required UndoFinalizer Finalizer { get; init; }

    public required IReadOnlyDictionary<ReplacementMethod, IReplacementMethod> Methods { get; init; }

    /// <summary>Something in this process has changed that no watch tells.</summary>
    public required Action Again { get; init; }

    /// <summary>Tells people of a new phase; it must not wait.</summary>
    public required Action<NodeRecycle, RecyclePhase, string> Tell { get; init; }

    public required ILogger Log { get; init; }

    public IReplacementMethod? MethodFor(RecycleContext recycle) =>
        MachineOutcome.MethodOf(recycle.Recycle, recycle.Policy) is { } method ? Methods.GetValueOrDefault(method) : null;
}
