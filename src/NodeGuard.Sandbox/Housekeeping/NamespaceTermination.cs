using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Housekeeping;

/// <summary>Nothing new in a namespace that is being deleted, and some namespaces are never deleted.</summary>
public sealed class NamespaceTermination : IAdmissionStep
{
    private static readonly string[] Immortal = ["default", "kube-system", "kube-public"];

    public ApiStatus? Admit(AdmissionReview review)
    {
        ApiRequest request = review.Request;
        bool deletesNamespace = review.Object is null && request.Resource is { Group.Length: 0, Plural: "namespaces" };
        if (deletesNamespace && Immortal.Contains(request.Name))
            return ApiStatus.Forbidden(request.Resource, request.Name, "this namespace may not be deleted");
        return review.Object is not null && review.Old is null ? Refuse(review.Cluster, request) : null;
    }

    /// <summary>Null where the namespace takes new content, evictions too.</summary>
    public static ApiStatus? Refuse(Cluster cluster, ApiRequest request)
    {
        if (!request.Resource.Namespaced || cluster.Store.Get("namespaces", request.Namespace) is not { } found
            || found.Value.At("metadata", "deletionTimestamp") is null)
            return null;
        string name = request.Namespace;
        return ApiStatus.Forbidden(
            request.Resource, request.Name,
            $"unable to create new content in namespace {name} because it is being terminated") with
        {
            Causes = [new StatusCause("NamespaceTerminating", $"namespace {name} is being terminated", "metadata.namespace")],
        };
    }
}
