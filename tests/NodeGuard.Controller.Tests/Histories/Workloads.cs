using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>What runs on the nodes of a history, and how its machines are found.</summary>
internal static class Workloads
{
    public static JsonObject Deployment(int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"web-{number}");
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 1,
                ["selector"] = new JsonObject { ["matchLabels"] = Label(name) },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = Label(name) },
                    ["spec"] = new JsonObject
                    {
                        ["terminationGracePeriodSeconds"] = 5,
                        ["containers"] = new JsonArray(new JsonObject { ["name"] = "web", ["image"] = "web:1" }),
                    },
                },
            },
        };
    }

    /// <summary>Lets no pod of the first Deployment go.</summary>
    public static JsonObject Block() => (JsonObject)JsonNode.Parse("""
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "stay", "namespace": "default"},
         "spec": {"maxUnavailable": 0, "selector": {"matchLabels": {"app": "web-0"}}}}
        """)!;

    /// <summary>As docs/sandbox.md maps the Crossplane-like resources.</summary>
    public static ResourceReplacement? Mapping(PoolProvider provider) => provider != PoolProvider.Resource
        ? null
        : new ResourceReplacement
        {
            ApiVersion = "example.nodeguard.io/v1",
            Resource = "instances",
            MatchBy = "ProviderId",
            ProviderIdField = "metadata.annotations.crossplane\\.io/external-name",
        };

    private static JsonObject Label(string name) => new() { ["app"] = name };
}
