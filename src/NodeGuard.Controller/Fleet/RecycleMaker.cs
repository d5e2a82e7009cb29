using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Fleet;

/// <summary>Makes the NodeRecycles that no person asked for.</summary>
internal sealed class RecycleMaker(IKubeApi api)
{
    private const int LongestNodePart = 200;
    private const int LongestLabel = 63;

    /// <summary>Made by this call or by an earlier one that was cut off: the name says which disruption of which node it is.</summary>
    public async Task<ApiResult<NodeRecycle>> MakeAsync(RecycleStart start, ClusterView view, CancellationToken cancellation)
    {
        int number = view.Recycles.Objects.Count(recycle => RecycleReading.NodeUid(recycle) == start.Node.Uid);

        // The oldest are deleted one day, so that their number may be that of one which is still there.
        while (view.Recycles.TryGet(new ObjectName(string.Empty, Name(start.Node, number)), out _))
        {
            number++;
        }

        NodeRecycle made = Of(start, number);
        ApiResult<NodeRecycle> answer = await api.CreateAsync(ResourceTypes.NodeRecycles, made, new WriteOptions(ControllerNames.FieldManager), cancellation);
        return answer is ApiResult<NodeRecycle>.Failed { Failure.Kind: ApiFailureKind.AlreadyExists }
            ? await api.GetAsync(ResourceTypes.NodeRecycles, new ObjectName(string.Empty, made.Metadata.Name!), cancellation)
            : answer;
    }

    private static NodeRecycle Of(RecycleStart start, int number) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = Name(start.Node, number),
            Labels = new Dictionary<string, string>
            {
                [FleetKeys.NodeLabel] = Label(start.Node.Name),
                [FleetKeys.PolicyLabel] = Label(start.Policy),
            },
            Finalizers = [FleetKeys.UndoFinalizer],
        },
        Spec = new NodeRecycleSpec
        {
            NodeName = start.Node.Name,
            NodeUid = start.Node.Uid,
            Reasons = [.. start.Reasons.Where(static reason => reason != RecycleReason.Manual).Select(static reason => reason.ToString())],
            Updates = start.Updates.Count == 0 ? null : PendingReading.Write(start.Updates.Take(PackageVersionText.Most)),
            Message = start.Repairs ? "its package manager broke off, and is repaired before anything is installed" : null,
            RequestedBy = ControllerNames.FieldManager,
            Policy = start.Policy,
            Deadline = start.Deadline,
        },
    };

    private static string Name(FleetNode node, int number)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{node.Uid}/{number}")));
        string head = node.Name.Length <= LongestNodePart ? node.Name : node.Name[..LongestNodePart].TrimEnd('.', '-');
        return $"{head}-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}";
    }

    private static string Label(string name) => name.Length <= LongestLabel ? name : name[..LongestLabel].TrimEnd('.', '-', '_');
}
