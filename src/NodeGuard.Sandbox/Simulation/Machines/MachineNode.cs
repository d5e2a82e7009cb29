using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>The Node that a machine's kubelet registers.</summary>
internal static class MachineNode
{
    /// <summary>Annotation: the provider's object that stands for the machine.</summary>
    public const string Claim = SandboxAnnotations.Prefix + "claim";

    public static JsonObject Of(Machine machine, PoolSpec pool, bool ready, DateTimeOffset now)
    {
        var labels = new JsonObject
        {
            ["kubernetes.io/hostname"] = machine.NodeName,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = "amd64",
            ["node.kubernetes.io/instance-type"] = "sandbox",
            ["topology.kubernetes.io/region"] = "sandbox",
            ["topology.kubernetes.io/zone"] = machine.Zone,
            [SandboxAnnotations.Pool] = machine.Pool,
        };
        foreach ((string key, string value) in pool.Labels)
        {
            labels[key] = value;
        }

        var annotations = new JsonObject();
        if (machine.Claim.Length > 0)
        {
            annotations[Claim] = machine.Claim;
        }

        var node = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject { ["name"] = machine.NodeName, ["labels"] = labels, ["annotations"] = annotations },
            ["spec"] = new JsonObject { ["providerID"] = machine.ProviderId },
            ["status"] = new JsonObject { ["nodeInfo"] = Info(machine) },
        };
        if (!ready)
        {
            annotations[SandboxAnnotations.Ready] = "false";
            node["spec"]!["taints"] = new JsonArray(
                new JsonObject { ["key"] = NodeHealth.NotReadyTaint, ["effect"] = "NoSchedule", ["timeAdded"] = now.ToApiTime() });
        }

        NodeHeartbeat.Describe(node, now);
        return node;
    }

    private static JsonObject Info(Machine machine) => new()
    {
        ["architecture"] = "amd64",
        ["bootID"] = machine.BootId,
        ["containerRuntimeVersion"] = "sandbox://1.0",
        ["kernelVersion"] = "6.12.0-sandbox",
        ["kubeProxyVersion"] = "",
        ["kubeletVersion"] = "v1.36.0-sandbox",
        ["machineID"] = machine.Id,
        ["operatingSystem"] = "linux",
        ["osImage"] = machine.Image,
        ["systemUUID"] = machine.Id,
    };
}
