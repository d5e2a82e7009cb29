using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Resources;

/// <summary>Nothing is created in a namespace that is not there.</summary>
internal sealed class NamespaceExists : IAdmissionStep
{
    public ApiStatus? Admit(AdmissionReview review)
    {
        ApiRequest request = review.Request;
        if (review.Old is not null || !request.Resource.Namespaced)
            return null;
        ResourceInfo namespaces = review.Cluster.Resources.Get("", "v1", "namespaces");
        return review.Cluster.Store.Get(namespaces.StorageKey, request.Namespace) is null
            ? ApiStatus.NotFound(namespaces, request.Namespace)
            : null;
    }
}
