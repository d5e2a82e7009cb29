using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Metrics;

/// <summary>One finished look of a leading controller; nothing in it changes any more.</summary>
/// <param name="Fleet">As written or meant at the end of the look.</param>
/// <param name="Policies">As read.</param>
/// <param name="Recycles">As read, those that have ended among them.</param>
/// <param name="State">What the plan was made from.</param>
public sealed record FleetSight(
    FleetObject Fleet, IEnumerable<NodePolicy> Policies, IEnumerable<NodeRecycle> Recycles, FleetState State, FleetPlan Plan, DateTimeOffset At);
