using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Api;

/// <summary>A write on its way into the store.</summary>
/// <param name="Object">May be changed; null for a deletion.</param>
/// <param name="Old">What is there now; null for a creation.</param>
public sealed record AdmissionReview(Cluster Cluster, ApiRequest Request, JsonObject? Object, StoredObject? Old);

/// <summary>One step that each write passes, after defaulting and before validation, in the order of the list.</summary>
public interface IAdmissionStep
{
    /// <summary>Null admits.</summary>
    ApiStatus? Admit(AdmissionReview review);
}
