using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>The CustomResourceDefinitions of the providers' objects: names and columns as the real ones, any field.</summary>
internal static class MachineDefinitions
{
    private static readonly MachineResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition");

    public static void AddPools(ObjectWrites writes) => Add(
        writes, MachineResources.Pools, ["pool"],
        [("Provider", "string", ".spec.provider"), ("Count", "integer", ".spec.count"), ("Image", "string", ".spec.image"),
            ("Faults", "string", ".metadata.annotations.sandbox\\.nodeguard\\.io/faults")]);

    /// <summary>Makes what a provider's objects need.</summary>
    public static void Add(ObjectWrites writes, PoolProvider provider)
    {
        switch (provider)
        {
            case PoolProvider.ClusterApi:
                AddClusterApi(writes);
                break;
            case PoolProvider.Karpenter:
                Add(writes, MachineResources.NodePools, [], [("Nodes", "integer", ".spec.replicas")], scale: true);
                Add(writes, MachineResources.NodeClaims, [],
                    [("Node", "string", ".status.nodeName"), ("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status")]);
                break;
            case PoolProvider.Resource:
                Add(writes, MachineResources.InstanceGroups, [], [("Count", "integer", ".spec.count")]);
                Add(writes, MachineResources.Instances, [],
                    [("External-Name", "string", ".metadata.annotations.crossplane\\.io/external-name"), ("State", "string", ".status.atProvider.instanceState")]);
                break;
            default:
                break;
        }
    }

    private static void AddClusterApi(ObjectWrites writes)
    {
        Add(writes, MachineResources.Clusters, ["cl"], []);
        Add(writes, MachineResources.Deployments, ["md"],
            [("Desired", "integer", ".spec.replicas"), ("Current", "integer", ".status.replicas"), ("Ready", "integer", ".status.readyReplicas")], scale: true);
        Add(writes, MachineResources.Sets, ["ms"],
            [("Desired", "integer", ".spec.replicas"), ("Current", "integer", ".status.replicas"), ("Ready", "integer", ".status.readyReplicas")], scale: true);
        Add(writes, MachineResources.Machines, ["ma"],
            [("Node Name", "string", ".status.nodeRef.name"), ("Phase", "string", ".status.phase")]);
        Add(writes, MachineResources.HealthChecks, ["mhc", "mhcs"], []);
    }

    private static void Add(
        ObjectWrites writes, MachineResource resource, string[] shortNames, (string Name, string Type, string Path)[] columns, bool scale = false)
    {
        if (resource.In(writes.Cluster) is not null)
        {
            return;
        }

        string kind = resource.Kind;
        var names = new JsonObject
        {
            ["kind"] = kind,
            ["listKind"] = kind + "List",
            ["plural"] = resource.Plural,
            ["singular"] = kind.ToLowerInvariant(),
        };
        if (shortNames.Length > 0)
        {
            names["shortNames"] = new JsonArray([.. shortNames.Select(name => (JsonNode)name)]);
        }

        writes.Create(Definitions, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = resource.StorageKey },
            ["spec"] = new JsonObject
            {
                ["group"] = resource.Group,
                ["scope"] = resource.Namespace.Length > 0 ? "Namespaced" : "Cluster",
                ["names"] = names,
                ["versions"] = new JsonArray(Version(resource, columns, scale)),
            },
        });
        if (resource.In(writes.Cluster) is null)
        {
            throw new InvalidOperationException($"the definition {resource.StorageKey} cannot be made: is there another one of its names?");
        }
    }

    private static JsonObject Version(MachineResource resource, (string Name, string Type, string Path)[] columns, bool scale)
    {
        var subresources = new JsonObject { ["status"] = new JsonObject() };
        if (scale)
        {
            subresources["scale"] = new JsonObject { ["specReplicasPath"] = ".spec.replicas", ["statusReplicasPath"] = ".status.replicas" };
        }

        return new JsonObject
        {
            ["name"] = resource.Version,
            ["served"] = true,
            ["storage"] = true,
            ["subresources"] = subresources,
            ["additionalPrinterColumns"] = new JsonArray(
            [
                .. columns.Select(column => (JsonNode)new JsonObject
                {
                    ["name"] = column.Name,
                    ["type"] = column.Type,
                    ["jsonPath"] = column.Path,
                }),
                new JsonObject { ["name"] = "Age", ["type"] = "date", ["jsonPath"] = ".metadata.creationTimestamp" },
            ]),
            ["schema"] = new JsonObject
            {
                ["openAPIV3Schema"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { ["spec"] = Anything(), ["status"] = Anything() },
                },
            },
        };
    }

    private static JsonObject Anything() => new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
}
