using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Reads the parts of a CustomResourceDefinition.</summary>
internal static class CrdVersions
{
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    public static IEnumerable<JsonObject> Of(JsonObject crd) => crd.Items("spec", "versions").OfType<JsonObject>();

    public static JsonObject? Schema(this JsonObject version) => version.Child("schema", "openAPIV3Schema");

    public static bool IsServed(this JsonObject version) => version.Flag("served") == true;

    public static bool IsStorage(this JsonObject version) => version.Flag("storage") == true;

    public static string StorageVersion(JsonObject crd) => Of(crd).FirstOrDefault(IsStorage).Text("name") ?? "";

    public static bool Is(JsonObject crd, string condition) =>
        crd.Items("status", "conditions").Any(c => c.Text("type") == condition && c.Text("status") == "True");

    /// <summary>Sets a condition; its time changes with its status only.</summary>
    public static void SetCondition(
        JsonObject crd, string type, bool value, string reason, string message, DateTimeOffset now)
    {
        JsonObject status = crd.Ensure("status");
        if (status["conditions"] is not JsonArray conditions)
            status["conditions"] = conditions = [];
        JsonObject? condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = type };
            conditions.Add((JsonNode)condition);
        }

        string text = value ? "True" : "False";
        if (condition.Text("status") != text)
            condition["lastTransitionTime"] = now.ToKubernetesTime();
        condition["status"] = text;
        condition["reason"] = reason;
        condition["message"] = message;
    }

    /// <summary>Where the server says that a part is: identical parts of all versions are seen as the CRD's own.</summary>
    public static string PathOf(JsonObject crd, int index, string part, string shared)
    {
        JsonNode?[] parts = [.. Of(crd).Select(v => v[part])];
        return parts.All(p => JsonNode.DeepEquals(p, parts[0])) ? $"spec.{shared}" : $"spec.versions[{index}].{part}";
    }
}
