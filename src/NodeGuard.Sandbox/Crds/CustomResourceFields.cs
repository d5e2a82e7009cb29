using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Removes unknown fields from custom resources, and says so as the request asks.</summary>
public sealed class CustomResourceFields : IAdmissionStep
{
    public ApiStatus? Admit(AdmissionReview review)
    {
        if (review.Object is not { } value || review.Request.Resource is not { BuiltIn: false, Schema: { } schema })
            return null;
        if (review.Old is null && review.Request.Resource.Strategy is CustomResourceStrategy { Terminating: true })
        {
            return new ApiStatus(
                405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating");
        }

        string[] unknown = [.. SchemaPruning.PruneObject(value, schema).Select(p => $"unknown field \"{p}\"")];
        return FieldChecks.Report(review.Request, unknown);
    }
}
