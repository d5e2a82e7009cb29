using System.Text.Json.Nodes;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>Small valid objects.</summary>
public static class TestObjects
{
    /// <param name="name">Its name.</param>
    /// <param name="node">Binds the pod, which then runs; null leaves it pending.</param>
    /// <param name="labels">Besides none.</param>
    /// <param name="owner">The reference to its controller.</param>
    /// <param name="grace">Its termination grace period in seconds.</param>
    public static JsonObject Pod(
        string name, string? node = null, JsonObject? labels = null, JsonObject? owner = null, int grace = 1)
    {
        var pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["terminationGracePeriodSeconds"] = grace,
                ["automountServiceAccountToken"] = false,
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "registry.k8s.io/pause:3.10" }),
            },
        };
        if (node is not null)
            pod["spec"]!["nodeName"] = node;
        if (labels is not null)
            pod["metadata"]!["labels"] = labels.DeepClone();
        if (owner is not null)
            pod["metadata"]!["ownerReferences"] = new JsonArray(owner.DeepClone());
        return pod;
    }

    /// <summary>A node that the harness's kubelet tends.</summary>
    public static JsonObject Node(string name, JsonObject? labels = null)
    {
        var all = new JsonObject { ["kubernetes.io/hostname"] = name, ["kubernetes.io/os"] = "linux", [TestKubelet.Tended] = "" };
        foreach ((string key, JsonNode? value) in labels ?? [])
            all[key] = value?.DeepClone();
        string now = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var capacity = new JsonObject { ["cpu"] = "16", ["memory"] = "64Gi", ["pods"] = "250" };
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = all,

                // The sandbox's own kubelets leave such a node alone.
                ["annotations"] = new JsonObject { ["sandbox.nodeguard.io/kubelet"] = "none" },
            },
            ["status"] = new JsonObject
            {
                ["capacity"] = capacity,
                ["allocatable"] = capacity.DeepClone(),
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["reason"] = "KubeletReady",
                    ["lastHeartbeatTime"] = now,
                    ["lastTransitionTime"] = now,
                }),
                ["nodeInfo"] = NodeInfo(),
            },
        };
    }

    public static JsonObject Deployment(string name, int replicas, JsonObject labels) => new()
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = "Deployment",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["replicas"] = replicas,
            ["selector"] = new JsonObject { ["matchLabels"] = labels.DeepClone() },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = labels.DeepClone() },
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "registry.k8s.io/pause:3.10" }),
                },
            },
        },
    };

    private static JsonObject NodeInfo()
    {
        var info = new JsonObject { ["kubeletVersion"] = "v1.36.2", ["osImage"] = "Test", ["operatingSystem"] = "linux" };
        foreach (string field in (string[])
            ["machineID", "systemUUID", "bootID", "kernelVersion", "containerRuntimeVersion", "kubeProxyVersion", "architecture"])
        {
            info[field] = "test";
        }

        return info;
    }
}
