using System.CommandLine;
using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Fleet;

/// <summary>`nodeguard status` of the fleet, and of one node in full.</summary>
internal static class ClusterStatus
{
    public static Task<int> OfFleetAsync(FleetQuestion question, ParseResult parsed, CancellationToken cancellation) =>
        question.AnswerAsync(parsed, at: null, new FleetAnswer<FleetReport, FleetReport>
        {
            Make = static (_, look, _) => Task.FromResult<(FleetReport?, string?)>((FleetReports.Of(look), null)),
            Draw = FleetStatusText.Write,
            Json = FleetJson.Default.FleetReport,
            Facts = FleetStatusText.Facts,
            Elements = static report => [new("", report)],
            ElementJson = FleetJson.Default.FleetReport,
        }, cancellation);

    public static Task<int> OfNodeAsync(FleetQuestion question, ParseResult parsed, string node, CancellationToken cancellation) =>
        question.AnswerAsync(parsed, at: null, new FleetAnswer<NodeReport, NodeReport>
        {
            Make = (access, look, stop) => MakeAsync(access.Api, look, node, stop),
            Draw = static (console, report, _) => NodeStatusText.Write(console, report),
            Json = FleetJson.Default.NodeReport,
            Facts = NodeStatusText.Facts,
            Elements = static report => [new("", report)],
            ElementJson = FleetJson.Default.NodeReport,
        }, cancellation);

    private static async Task<(NodeReport?, string?)> MakeAsync(IKubeApi api, FleetLook look, string node, CancellationToken cancellation)
    {
        ApiResult<GuardedNode> read = await api.GetAsync(ResourceTypes.GuardedNodes, new ObjectName(string.Empty, node), cancellation);
        if (read is ApiResult<GuardedNode>.Failed { Failure: { Kind: not ApiFailureKind.NotFound } failure })
            return (null, FleetFailure.Message(failure, writes: false));
        return FleetReports.Of(look, node, (read as ApiResult<GuardedNode>.Ok)?.Value) is { } report
            ? (report, null)
            : (null, $"there is no node \"{node}\" in this cluster{Successor(look, node)}; see kubectl get nodes");
    }

    private static string Successor(FleetLook look, string node) =>
        look.View.Recycles.Objects.Select(RecycleReport.Of).Where(recycle => recycle.Node == node).MaxBy(static recycle => recycle.RequestedAt) is { } last
            ? $" any more: NodeRecycle {last.Name} {(last.IsFinal ? "has replaced" : "is replacing")} it{(last.Successor is { } now ? $", by node {now}" : "")}"
            : "";
}
