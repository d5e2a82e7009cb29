using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Fleet;

/// <summary>What a refused call towards the fleet means for the person who made it, and what to do about it.</summary>
internal static class FleetFailure
{
    private const string Viewer = "nodeguard-viewer";
    private const string Operator = "nodeguard-operator";

    /// <param name="writes">The call changes something, so that reading rights are not enough.</param>
    public static string Message(ApiFailure failure, bool writes) => failure switch
    {
        { Kind: ApiFailureKind.Forbidden } when failure.Message.Contains(" cannot ", StringComparison.Ordinal) =>
            $"{failure.Message}; the ClusterRole {(writes ? Operator : Viewer)} has it (nodeguard install rbac brings it, a ClusterRoleBinding gives it to you)",
        { Kind: ApiFailureKind.NotFound } when IsOfMissingKind(failure) =>
            $"this cluster does not know the kinds of {FleetKeys.ApiVersion}; install them with nodeguard install crds ({failure.Message})",
        _ => failure.Message,
    };

    // A path that nobody serves is answered without a Status, or with one that names no object.
    private static bool IsOfMissingKind(ApiFailure failure) =>
        failure.Reason.Length == 0 || failure.Message.Contains("could not find the requested resource", StringComparison.Ordinal);
}
