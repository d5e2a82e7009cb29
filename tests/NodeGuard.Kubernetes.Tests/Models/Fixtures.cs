using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Kubernetes.Tests.Models;

/// <summary>Objects as a server writes them, from tests/fixtures/kubernetes.</summary>
internal static class Fixtures
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "fixtures", "kubernetes");

    public static IEnumerable<JsonObject> Objects() =>
        Directory.GetFiles(Folder, "*.json").Order(StringComparer.Ordinal).SelectMany(file => JsonNode.Parse(File.ReadAllText(file)) switch
        {
            JsonArray array => array.Select(o => o!.DeepClone().AsObject()),
            var one => [one!.AsObject()],
        });

    public static string Title(JsonObject value) => $"{value["kind"]} {value["metadata"]!["name"]}";

    public static JsonObject Named(string title) => Objects().Single(o => Title(o) == title);

    /// <summary>Read into the kind's model and written again.</summary>
    public static JsonNode ThroughModel(JsonNode value) => (string?)value["kind"] switch
    {
        "Node" => Through(value, KubeJsonContext.Default.Node),
        "Namespace" => Through(value, KubeJsonContext.Default.Namespace),
        "Pod" => Through(value, KubeJsonContext.Default.Pod),
        "ReplicationController" => Through(value, KubeJsonContext.Default.ReplicationController),
        "PersistentVolumeClaim" => Through(value, KubeJsonContext.Default.PersistentVolumeClaim),
        "PersistentVolume" => Through(value, KubeJsonContext.Default.PersistentVolume),
        "PodDisruptionBudget" => Through(value, KubeJsonContext.Default.PodDisruptionBudget),
        "Lease" => Through(value, KubeJsonContext.Default.Lease),
        "Event" => Through(value, KubeJsonContext.Default.Event),
        "DaemonSet" => Through(value, KubeJsonContext.Default.DaemonSet),
        "ReplicaSet" => Through(value, KubeJsonContext.Default.ReplicaSet),
        "Deployment" => Through(value, KubeJsonContext.Default.Deployment),
        "StatefulSet" => Through(value, KubeJsonContext.Default.StatefulSet),
        "Job" => Through(value, KubeJsonContext.Default.Job),
        "CSINode" => Through(value, KubeJsonContext.Default.CsiNode),
        "VolumeAttachment" => Through(value, KubeJsonContext.Default.VolumeAttachment),
        "NodePolicy" => Through(value, KubeJsonContext.Default.NodePolicy),
        "NodeRecycle" => Through(value, KubeJsonContext.Default.NodeRecycle),
        "GuardedNode" => Through(value, KubeJsonContext.Default.GuardedNode),
        "Fleet" => Through(value, KubeJsonContext.Default.FleetObject),
        var kind => throw new InvalidOperationException($"no model for the fixture kind '{kind}'"),
    };

    /// <summary>Absent and null mean the same to the API.</summary>
    public static JsonNode? WithoutNulls(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                return new JsonObject(o.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, WithoutNulls(p.Value))));
            case JsonArray a:
                return new JsonArray([.. a.Select(WithoutNulls)]);
            default:
                return node?.DeepClone();
        }
    }

    private static JsonNode Through<T>(JsonNode value, JsonTypeInfo<T> json)
        where T : KubeObject =>
        JsonSerializer.SerializeToNode(value.Deserialize(json)!, json)!;
}
