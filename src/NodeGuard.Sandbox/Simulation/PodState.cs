using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>What a pod's fields say about it.</summary>
internal static class PodState
{
    public static string Phase(JsonObject pod) => pod.Text("status", "phase");

    public static string NodeName(JsonObject pod) => pod.Text("spec", "nodeName");

    public static bool IsFinished(JsonObject pod) => Phase(pod) is "Succeeded" or "Failed";

    /// <summary>Counts for its controller: neither finished nor on its way out.</summary>
    public static bool IsActive(JsonObject pod) => !IsFinished(pod) && !pod.IsDeleting();

    public static bool IsReady(JsonObject pod) => pod.Condition("Ready").Text("status") == "True";

    public static bool IsAvailable(JsonObject pod, int minReadySeconds, DateTimeOffset now) =>
        IsReady(pod) && (minReadySeconds == 0 || AvailableIn(pod, minReadySeconds, now) <= TimeSpan.Zero);

    /// <summary>How long a ready pod still has to stay ready until it is available.</summary>
    public static TimeSpan AvailableIn(JsonObject pod, int minReadySeconds, DateTimeOffset now) =>
        (pod.Condition("Ready").Time("lastTransitionTime") ?? now) + TimeSpan.FromSeconds(minReadySeconds) - now;

    public static IEnumerable<JsonObject> Containers(JsonObject pod) => pod.Items("spec", "containers");

    /// <summary>A resource's requests in thousandths: the containers' sum, or the largest of the init containers.</summary>
    public static long Requests(JsonObject pod, string resource)
    {
        long sum = pod.Items("spec", "containers").Sum(container => Request(container, resource));
        long init = pod.Items("spec", "initContainers").Select(container => Request(container, resource)).DefaultIfEmpty(0).Max();
        return Math.Max(sum, init) + Quantity.Milli(pod.At("spec", "overhead", resource));
    }

    private static long Request(JsonObject container, string resource) =>
        Quantity.Milli(container.At("resources", "requests", resource) ?? container.At("resources", "limits", resource));
}
