using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Benchmarks.Draining;

/// <summary>
/// A cluster with pods on the nodes that are to be drained, and room for them elsewhere: applications of ten pods, spread
/// over those nodes, and a DaemonSet as on every node.
/// </summary>
internal sealed record DrainCluster(int Nodes, int Pods, bool Budgets)
{
    /// <summary>How long a pod takes to end once it is told to: what no client can make shorter.</summary>
    public const string StopAfter = "300ms";

    public const int PodsOfApplication = 10;
    private const int SpareNodes = 4;
    private const string Old = "old";
    private const string Agent = "log-agent";

    public IReadOnlyList<string> Names { get; } =
        [.. Enumerable.Range(1, Nodes).Select(number => string.Create(CultureInfo.InvariantCulture, $"{Old}-{number:00}"))];

    private IEnumerable<(string Name, int Replicas)> Applications => Enumerable.Range(0, (Pods + PodsOfApplication - 1) / PodsOfApplication)
        .Select(i => (string.Create(CultureInfo.InvariantCulture, $"app-{i:00}"), Math.Min(PodsOfApplication, Pods - (i * PodsOfApplication))));

    /// <summary>All objects, as a List.</summary>
    public string Manifest() => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "List",
        ["items"] = new JsonArray(
        [
            .. Names.Select(name => Node(name, Old)),
            .. Enumerable.Range(1, SpareNodes).Select(number => Node($"new-{number}", "new")),
            Workload("DaemonSet", Agent, new JsonObject()),
            .. Applications.Select(app => Workload("Deployment", app.Name, new JsonObject { ["replicas"] = app.Replicas })),
            .. Applications.Where(_ => Budgets).Select(app => Budget(app.Name)),
        ]),
    }.ToJsonString();

    /// <summary>The uids of the pods that are to go; null until all run, and where they should.</summary>
    /// <param name="pods">All pods.</param>
    /// <param name="budgets">All disruption budgets.</param>
    public IReadOnlySet<string>? Ready(JsonArray pods, JsonArray budgets)
    {
        JsonNode[] placed = [.. pods.OfType<JsonNode>().Where(pod => !OfDaemonSet(pod) && IsReady(pod) && Names.Contains(NodeOf(pod)))];
        int agents = pods.OfType<JsonNode>().Count(pod => OfDaemonSet(pod) && IsReady(pod));
        int open = budgets.Count(budget => (int?)budget?["status"]?["disruptionsAllowed"] == 1);
        return placed.Length == Pods && agents == Nodes + SpareNodes && open == (Budgets ? Applications.Count() : 0)
            ? placed.Select(pod => Uid(pod)).ToHashSet()
            : null;
    }

    /// <summary>What is not as a finished drain leaves it; null when all is.</summary>
    /// <param name="first">The uids of the pods that had to go.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="pods">All pods.</param>
    public string? Wrong(IReadOnlySet<string> first, JsonArray nodes, JsonArray pods)
    {
        string[] open = [.. nodes.OfType<JsonNode>().Where(node => Names.Contains(NameOf(node)) && (bool?)node["spec"]?["unschedulable"] != true).Select(NameOf)];
        string[] left = [.. pods.OfType<JsonNode>().Where(pod => first.Contains(Uid(pod)) || (Names.Contains(NodeOf(pod)) && !OfDaemonSet(pod))).Select(NameOf)];
        int agents = pods.OfType<JsonNode>().Count(pod => OfDaemonSet(pod) && IsReady(pod));
        return open.Length > 0 ? $"not cordoned: {string.Join(", ", open)}"
            : left.Length > 0 ? $"still there: {string.Join(", ", left)}"
            : agents != Nodes + SpareNodes ? $"{agents} pods of the DaemonSet on {Nodes + SpareNodes} nodes"
            : null;
    }

    private static JsonObject Node(string name, string pool) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = Named(name, new JsonObject { ["kubernetes.io/hostname"] = name, ["pool"] = pool }),
        ["status"] = new JsonObject { ["capacity"] = Room(), ["allocatable"] = Room() },
    };

    private static JsonObject Room() => new() { ["cpu"] = "64", ["memory"] = "256Gi", ["pods"] = "400" };

    private static JsonObject Workload(string kind, string name, JsonObject spec)
    {
        spec["selector"] = new JsonObject { ["matchLabels"] = Label(name) };
        spec["template"] = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = Label(name),
                ["annotations"] = new JsonObject { ["sandbox.nodeguard.io/stop-after"] = StopAfter },
            },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = $"registry.example.com/{name}:1" }),
                ["affinity"] = new JsonObject { ["nodeAffinity"] = Prefers() },
            },
        };
        return new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = kind, ["metadata"] = InNamespace(name), ["spec"] = spec };
    }

    // The pods begin on the nodes that are drained, and can go on elsewhere.
    private static JsonObject Prefers() => new()
    {
        ["preferredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(new JsonObject
        {
            ["weight"] = 100,
            ["preference"] = new JsonObject
            {
                ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "pool", ["operator"] = "In", ["values"] = new JsonArray(Old) }),
            },
        }),
    };

    private static JsonObject Budget(string name) => new()
    {
        ["apiVersion"] = "policy/v1",
        ["kind"] = "PodDisruptionBudget",
        ["metadata"] = InNamespace(name),
        ["spec"] = new JsonObject { ["maxUnavailable"] = 1, ["selector"] = new JsonObject { ["matchLabels"] = Label(name) } },
    };

    private static JsonObject InNamespace(string name)
    {
        JsonObject metadata = Named(name, Label(name));
        metadata["namespace"] = "default";
        return metadata;
    }

    private static JsonObject Named(string name, JsonObject labels) => new() { ["name"] = name, ["labels"] = labels };

    private static JsonObject Label(string name) => new() { ["app"] = name };

    private static string NameOf(JsonNode item) => (string?)item["metadata"]?["name"] ?? "";

    private static string Uid(JsonNode item) => (string?)item["metadata"]?["uid"] ?? "";

    private static string NodeOf(JsonNode pod) => (string?)pod["spec"]?["nodeName"] ?? "";

    private static bool OfDaemonSet(JsonNode pod) => (string?)pod["metadata"]?["labels"]?["app"] == Agent;

    private static bool IsReady(JsonNode pod) => pod["status"]?["conditions"] is JsonArray conditions
        && conditions.Any(condition => (string?)condition?["type"] == "Ready" && (string?)condition?["status"] == "True");
}
