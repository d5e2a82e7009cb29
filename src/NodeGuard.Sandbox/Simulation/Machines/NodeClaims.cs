using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>The life of Karpenter's NodeClaims.</summary>
internal sealed class NodeClaims(ObjectWrites writes, MachineFleet fleet, Agenda agenda)
{
    /// <summary>Annotation of a drifted claim: the claim that is to take its place.</summary>
    public const string Replacement = SandboxAnnotations.Prefix + "replacement";

    private const string Deadline = "karpenter.sh/nodeclaim-termination-timestamp";
    private static readonly TimeSpan DrainPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReplacementTimeout = TimeSpan.FromMinutes(10);

    private readonly NodeEmptying _emptying = new(writes.Cluster);

    /// <summary>Launches what a claim stands for, and tells how it is.</summary>
    public TimeSpan? Run(JsonObject claim)
    {
        string pool = claim.Text("metadata", "labels", SandboxAnnotations.Pool);
        Machine? machine = fleet.Machines.ByClaim(pool, claim.Name());
        if (machine is null && claim.Text("status", "nodeName").Length == 0 && fleet.Pool(pool) is { } spec)
        {
            machine = fleet.Launch(spec, claim.Name());
        }

        if (machine is not null)
        {
            Machine known = machine;
            writes.Edit(MachineResources.NodeClaims, claim.Name(), item => Describe(item, known, agenda.Now));
        }

        return claim.Annotation(Replacement).Length > 0 ? AwaitReplacement(claim) : null;
    }

    public static void Describe(JsonObject claim, Machine machine, DateTimeOffset now)
    {
        bool registered = machine.NodeUid.Length > 0;
        bool initialized = machine.State == MachineState.Running && registered;
        JsonObject status = claim.Ensure("status");
        status["providerID"] = machine.ProviderId;
        status["imageID"] = machine.Image;
        if (registered)
        {
            status["nodeName"] = machine.NodeName;
        }

        status.SetCondition("Launched", "True", "Launched", "", now);
        status.SetCondition("Registered", registered ? "True" : "Unknown", registered ? "Registered" : "NodeNotFound", "", now);

        // Once initialized, a claim stays so; a node that is not ready later does not change it.
        if (initialized || claim.Condition("Initialized").Text("status") != "True")
        {
            status.SetCondition("Initialized", initialized ? "True" : "Unknown", initialized ? "Initialized" : "NodeNotReady", "", now);
        }

        status.SetCondition("Ready", initialized ? "True" : "Unknown", initialized ? "Ready" : "NodeNotReady", "", now);
    }

    public void MarkDrifted(JsonObject claim, bool drifted) => writes.Edit(MachineResources.NodeClaims, claim.Name(), item =>
    {
        JsonObject status = item.Ensure("status");
        if (drifted)
        {
            status.SetCondition("Drifted", "True", "NodePoolDrifted", "", agenda.Now);
        }
        else if (status["conditions"] is JsonArray conditions)
        {
            conditions.RemoveAll(condition => condition.Text("type") == "Drifted");
        }
    });

    /// <summary>Takes the node of a drifted claim out of scheduling; the claim goes once the other one is initialized.</summary>
    public void Replace(JsonObject claim, JsonObject? successor, Machine? old)
    {
        if (successor is null)
        {
            return;
        }

        if (old is not null && fleet.Pool(old.Pool) is { } pool)
        {
            fleet.Launch(pool, successor.Name(), follows: old);
            Taint(old.NodeName, wanted: true);
        }

        writes.Edit(MachineResources.NodeClaims, claim.Name(), item => item.Ensure("metadata", "annotations")[Replacement] = successor.Name());
        agenda.Soon(Matter.Of(MachineResources.NodeClaims, claim.Name()));
    }

    /// <summary>Deletes the node, empties it, ends its instance; the claim is gone at last.</summary>
    public TimeSpan? End(JsonObject claim, MachineFaults faults)
    {
        string pool = claim.Text("metadata", "labels", SandboxAnnotations.Pool);
        if (fleet.Machines.ByClaim(pool, claim.Name()) is { } machine)
        {
            return EndMachine(claim, machine);
        }

        string name = claim.Text("status", "nodeName");
        if (name.Length > 0 && writes.Get(MachineResources.Nodes, name) is { } node && IsOf(node, claim))
        {
            writes.Delete(MachineResources.Nodes, node);
            writes.RemoveFinalizer(MachineResources.Nodes, name, Karpenter.Finalizer);
        }

        if (!faults.Has(MachineFaults.StuckFinalizer))
        {
            writes.RemoveFinalizer(MachineResources.NodeClaims, claim.Name(), Karpenter.Finalizer);
        }

        return null;
    }

    private TimeSpan? EndMachine(JsonObject claim, Machine machine)
    {
        if (machine.IsActive && machine.NodeUid.Length > 0)
        {
            if (writes.Get(MachineResources.Nodes, machine.NodeName) is { } node && !node.IsDeleting())
            {
                writes.Delete(MachineResources.Nodes, node);
            }

            Taint(machine.NodeName, wanted: true);
            bool late = claim.Time("metadata", "annotations", Deadline) is { } deadline && deadline <= agenda.Now;
            if (!late && _emptying.Evict(machine.NodeName) > 0)
            {
                return DrainPoll;
            }
        }

        fleet.Terminate(machine);
        return null;
    }

    private TimeSpan? AwaitReplacement(JsonObject claim)
    {
        JsonObject? successor = writes.Get(MachineResources.NodeClaims, claim.Annotation(Replacement));
        if (successor?.Condition("Initialized").Text("status") == "True")
        {
            writes.Delete(MachineResources.NodeClaims, claim);
            return null;
        }

        TimeSpan left = (successor?.Time("metadata", "creationTimestamp") ?? DateTimeOffset.MinValue) + ReplacementTimeout - agenda.Now;
        if (left > TimeSpan.Zero)
        {
            // The other claim's progress does not touch this one.
            return DrainPoll < left ? DrainPoll : left;
        }

        writes.Edit(MachineResources.NodeClaims, claim.Name(), item => item.Ensure("metadata", "annotations").Remove(Replacement));
        Taint(claim.Text("status", "nodeName"), wanted: false);
        return null;
    }

    private void Taint(string name, bool wanted) => writes.Edit(MachineResources.Nodes, name, node =>
    {
        JsonArray taints = node.Ensure("spec")["taints"] as JsonArray ?? [];
        bool there = taints.Any(taint => taint.Text("key") == Karpenter.DisruptedTaint);
        if (wanted && !there)
        {
            taints.Add((JsonNode)new JsonObject { ["key"] = Karpenter.DisruptedTaint, ["effect"] = "NoSchedule", ["timeAdded"] = agenda.Now.ToApiTime() });
        }
        else if (!wanted && there)
        {
            taints.RemoveAll(taint => taint.Text("key") == Karpenter.DisruptedTaint);
        }

        if (taints.Count == 0)
        {
            node.Ensure("spec").Remove("taints");
        }
        else if (taints.Parent is null)
        {
            node.Ensure("spec")["taints"] = taints;
        }
    });

    private static bool IsOf(JsonObject node, JsonObject claim) =>
        node.Items("metadata", "ownerReferences").Any(owner => owner.Text("uid") == claim.Uid());
}
