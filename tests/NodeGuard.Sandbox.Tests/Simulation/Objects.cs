using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Tests.Simulation;

/// <summary>Objects as a person would write them.</summary>
internal static class Objects
{
    private const string Spec = """{"containers":[{"name":"main","image":"registry.example/app:1"}]}""";

    public static JsonObject Node(string name, string labels = "{}") => Parse(
        $$"""{"apiVersion":"v1","kind":"Node","metadata":{"name":"{{name}}","labels":{{labels}} },"spec":{} }""");

    public static JsonObject Pod(string name, string annotations = "{}", string spec = Spec, string labels = "{}") => Parse(
        $$"""
        {"apiVersion":"v1","kind":"Pod",
         "metadata":{"name":"{{name}}","namespace":"default","annotations":{{annotations}},"labels":{{labels}} },"spec":{{spec}} }
        """);

    public static JsonObject Deployment(string name, int replicas, string strategy = "{}", string annotations = "{}") =>
        Workload("Deployment", name, $$""" "replicas":{{replicas}},"strategy":{{strategy}} """, annotations);

    public static JsonObject StatefulSet(string name, int replicas, string more = "") =>
        Workload("StatefulSet", name, $$""" "replicas":{{replicas}},"serviceName":"{{name}}"{{more}} """);

    public static JsonObject DaemonSet(string name) => Workload("DaemonSet", name, """ "updateStrategy":{"type":"RollingUpdate"} """);

    public static JsonObject Job(string name, int completions, int parallelism, string annotations = "{}") => Parse(
        $$"""
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{{name}}","namespace":"default"},
         "spec":{"completions":{{completions}},"parallelism":{{parallelism}},"backoffLimit":1,
          "template":{"metadata":{"annotations":{{annotations}} },
           "spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"registry.example/job:1"}]} } } }
        """);

    public static JsonObject Budget(string name, string app, string limit) => Parse(
        $$"""
        {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"{{name}}","namespace":"default"},
         "spec":{"selector":{"matchLabels":{"app":"{{app}}"} },{{limit}} } }
        """);

    public static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    private static JsonObject Workload(string kind, string name, string spec, string annotations = "{}") => Parse(
        $$"""
        {"apiVersion":"apps/v1","kind":"{{kind}}","metadata":{"name":"{{name}}","namespace":"default"},
         "spec":{"selector":{"matchLabels":{"app":"{{name}}"} },{{spec}},
          "template":{"metadata":{"labels":{"app":"{{name}}"},"annotations":{{annotations}} },"spec":{{Spec}} } } }
        """);
}
