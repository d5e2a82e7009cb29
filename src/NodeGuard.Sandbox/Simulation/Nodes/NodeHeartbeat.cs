using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Nodes;

/// <summary>What a node's kubelet says about the node: its lease, its status, its conditions.</summary>
internal static class NodeHeartbeat
{
    public const string LeaseNamespace = "kube-node-lease";
    private const int LeaseSeconds = 40;
    private const int RenewalsPerLease = 4;

    /// <summary>Whether a kubelet runs there; a node that is being deleted keeps its kubelet until it is gone.</summary>
    public static bool IsAlive(JsonObject node) => node.Annotation(SandboxAnnotations.Kubelet).Length == 0;

    public static Outcome Reconcile(JsonObject node, JsonObject? lease, DateTimeOffset now, KubeletSettings settings)
    {
        if (!IsAlive(node))
        {
            return Outcome.Nothing;
        }

        var changes = new List<Change>(Report(node, now));
        TimeSpan due = (lease.Time("spec", "renewTime") ?? DateTimeOffset.MinValue) + settings.Heartbeat - now;
        if (lease is null)
        {
            changes.Add(new Change.Create(Kind.Lease, Renewed(NewLease(node), node, now, settings.Heartbeat)));
        }
        else if (due <= TimeSpan.Zero || due > settings.Heartbeat)
        {
            changes.Add(new Change.Update(Kind.Lease, Renewed(lease.Copy(), node, now, settings.Heartbeat)));
        }

        return new Outcome(changes, due > TimeSpan.Zero && due <= settings.Heartbeat ? due : settings.Heartbeat);
    }

    private static JsonObject NewLease(JsonObject node) => new()
    {
        ["apiVersion"] = Kind.Lease.ApiVersion(),
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject
        {
            ["name"] = node.Name(),
            ["namespace"] = LeaseNamespace,
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Node",
                ["name"] = node.Name(),
                ["uid"] = node.Uid(),
            }),
        },
    };

    private static JsonObject Renewed(JsonObject lease, JsonObject node, DateTimeOffset now, TimeSpan heartbeat)
    {
        JsonObject spec = lease.Ensure("spec");
        spec["holderIdentity"] = node.Name();
        spec["leaseDurationSeconds"] = Math.Max(LeaseSeconds, (int)heartbeat.TotalSeconds * RenewalsPerLease);
        spec["renewTime"] = now.ToApiMicroTime();
        return lease;
    }

    private static IEnumerable<Change> Report(JsonObject node, DateTimeOffset now)
    {
        JsonObject reported = node.Copy();
        if (!Describe(reported, now) && JsonNode.DeepEquals(reported.At("status"), node.At("status")))
        {
            yield break;
        }

        foreach (JsonObject condition in reported.Items("status", "conditions"))
        {
            condition["lastHeartbeatTime"] = now.ToApiTime();
        }

        yield return new Change.Update(Kind.Node, reported);
    }

    /// <summary>Writes into a node what its kubelet says about it; true when a condition changed.</summary>
    public static bool Describe(JsonObject node, DateTimeOffset now)
    {
        JsonObject status = node.Ensure("status");
        Fill(status, node);
        bool ready = node.Annotation(SandboxAnnotations.Ready) != "false";
        bool changed = status.SetCondition(
            "Ready", ready ? "True" : "False", ready ? "KubeletReady" : "KubeletNotReady",
            ready ? "kubelet is posting ready status" : "container runtime is down (annotation)", now);
        foreach ((string type, string name) in (ReadOnlySpan<(string, string)>)[("MemoryPressure", "Memory"), ("DiskPressure", "Disk"), ("PIDPressure", "PID")])
        {
            string what = type == "DiskPressure" ? "kubelet has no disk pressure" : $"kubelet has sufficient {name} available";
            string reason = type switch
            {
                "MemoryPressure" => "KubeletHasSufficientMemory",
                "DiskPressure" => "KubeletHasNoDiskPressure",
                _ => "KubeletHasSufficientPID",
            };
            changed |= status.SetCondition(type, "False", reason, what, now);
        }

        return changed;
    }

    // What the node's author has given stays.
    private static void Fill(JsonObject status, JsonObject node)
    {
        foreach (string field in (string[])["capacity", "allocatable"])
        {
            status[field] ??= new JsonObject
            {
                ["cpu"] = "4",
                ["memory"] = "16Gi",
                ["ephemeral-storage"] = "100Gi",
                ["pods"] = "110",
            };
        }

        status["addresses"] ??= new JsonArray(
            new JsonObject { ["type"] = "InternalIP", ["address"] = Address(node.Name()) },
            new JsonObject { ["type"] = "Hostname", ["address"] = node.Name() });
        status["nodeInfo"] ??= new JsonObject
        {
            ["architecture"] = "amd64",
            ["bootID"] = node.Uid(),
            ["containerRuntimeVersion"] = "sandbox://1.0",
            ["kernelVersion"] = "6.12.0-sandbox",
            ["kubeProxyVersion"] = "",
            ["kubeletVersion"] = "v1.36.0-sandbox",
            ["machineID"] = node.Uid(),
            ["operatingSystem"] = "linux",
            ["osImage"] = "NodeGuard sandbox",
            ["systemUUID"] = node.Uid(),
        };
    }

    private static string Address(string name)
    {
        uint hash = 2166136261;
        foreach (char letter in name)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return $"10.0.{hash >> 8 & 255}.{1 + hash % 254}";
    }
}
