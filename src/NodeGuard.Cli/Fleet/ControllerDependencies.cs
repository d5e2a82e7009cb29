using NodeGuard.Hosting.Http;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Election;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Fleet;

/// <summary>What the controller cannot work without, for people and black-box checks: no probe looks here (Invariant 12).</summary>
internal static class ControllerDependencies
{
    /// <summary>Asks for what every look asks for.</summary>
    public static async Task<DependencyAnswer> AskServerAsync(IKubeApi api, CancellationToken cancellation) =>
        await api.ListPageAsync(ResourceTypes.Fleets, new ListQuery(Limit: 1), cancellation) is ApiResult<KubeList<FleetObject>>.Failed { Failure: var failure }
            ? new DependencyAnswer(DependencyState.Failed, failure.Message)
            : new DependencyAnswer(DependencyState.Ok, "it answers, and the Fleet may be read");

    public static DependencyAnswer Election(ElectionStatus status) => status switch
    {
        { LastFailure: { } failure } => new(DependencyState.Failed, failure),
        { Leading: true } => new(DependencyState.Ok, "this controller leads"),
        { Holder: { Length: > 0 } holder } => new(DependencyState.Ok, $"{holder} leads, as last seen"),
        _ => new(DependencyState.Unknown, "nobody has been seen to lead"),
    };
}
