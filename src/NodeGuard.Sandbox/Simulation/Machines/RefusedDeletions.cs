using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>The fault <see cref="MachineFaults.RefuseDelete"/>: as a webhook of the provider would refuse it.</summary>
internal sealed class RefusedDeletions(ObjectWrites writes) : IAdmissionStep
{
    private static readonly string[] Guarded =
    [
        MachineResources.Nodes.StorageKey, MachineResources.Machines.StorageKey, MachineResources.NodeClaims.StorageKey,
        MachineResources.Instances.StorageKey,
    ];

    public ApiStatus? Admit(AdmissionReview review)
    {
        if (review.Object is not null || review.Old?.Value is not { } item || !Guarded.Contains(review.Request.Resource.StorageKey)
            || review.Request.User.Name == ObjectWrites.Provider.Name || review.Request.User.Name == UserInfo.System.Name)
        {
            return null;
        }

        MachineFaults faults = FaultsOf(item);
        if (!faults.Has(MachineFaults.RefuseDelete))
        {
            return null;
        }

        const string Why = "the provider refuses it (simulated fault refuse-delete)";
        return faults.Value(MachineFaults.RefuseDelete, "403") switch
        {
            "409" => ApiStatus.Conflict(review.Request.Resource, item.Name(), Why),
            "422" => ApiStatus.Invalid(review.Request.Resource, item.Name(), [new FieldError("metadata", "FieldValueForbidden", Why)]),
            "failure" => null,
            _ => ApiStatus.Forbidden(review.Request.Resource, item.Name(), Why),
        };
    }

    private MachineFaults FaultsOf(JsonObject item)
    {
        string node = item.Text("status", "nodeRef", "name") is { Length: > 0 } machine ? machine
            : item.Text("status", "nodeName") is { Length: > 0 } claim ? claim
            : item.Text("status", "atProvider", "nodeName");
        string pool = item.Text("metadata", "labels", SandboxAnnotations.Pool);
        return Of(pool.Length > 0 ? writes.Get(MachineResources.Pools, pool) : null)
            .With(Of(node.Length > 0 ? writes.Get(MachineResources.Nodes, node) : null))
            .With(Of(item));
    }

    private static MachineFaults Of(JsonObject? item) => MachineFaults.Parse(item?.Annotation(SandboxAnnotations.Faults) ?? "");
}
