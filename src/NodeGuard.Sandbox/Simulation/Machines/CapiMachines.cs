using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>The life of Cluster API's Machines: infrastructure, node, remediation, and the steps of a deletion.</summary>
internal sealed class CapiMachines(ObjectWrites writes, MachineFleet fleet, Agenda agenda)
{
    public const string Remediate = "cluster.x-k8s.io/remediate-machine";
    public const string ExcludeDraining = "machine.cluster.x-k8s.io/exclude-node-draining";
    public const string PreDrain = "pre-drain.delete.hook.machine.cluster.x-k8s.io";
    public const string PreTerminate = "pre-terminate.delete.hook.machine.cluster.x-k8s.io";

    // The real controller's pause between two looks at a drain.
    private static readonly TimeSpan DrainPoll = TimeSpan.FromSeconds(20);

    private readonly NodeEmptying _emptying = new(writes.Cluster);

    public TimeSpan? Reconcile(JsonObject item, MachineFaults faults)
    {
        string pool = item.Text("metadata", "labels", SandboxAnnotations.Pool);
        Machine? machine = fleet.Machines.ByClaim(pool, item.Name());
        if (item.IsDeleting())
        {
            return Delete(item, machine, faults);
        }

        if (machine is null && item.At("status", "nodeRef") is null && fleet.Pool(pool) is { } spec)
        {
            machine = fleet.Launch(spec, item.Name());
        }

        if (machine is not null)
        {
            Machine known = machine;
            writes.Edit(MachineResources.Machines, item.Name(), changed => Describe(changed, known, agenda.Now));
        }

        if (item.At("metadata", "annotations", Remediate) is not null && item.Controller() is not null)
        {
            RemediateBy(item);
        }

        return null;
    }

    /// <summary>Writes into a Machine what its instance and its node are.</summary>
    public static void Describe(JsonObject item, Machine machine, DateTimeOffset now)
    {
        bool registered = machine.NodeUid.Length > 0;
        bool ready = machine.State == MachineState.Running && registered;
        item.Ensure("spec")["providerID"] = machine.ProviderId;
        item.Ensure("spec")["failureDomain"] = machine.Zone;
        JsonObject status = item.Ensure("status");
        status["phase"] = registered ? "Running" : "Provisioning";
        JsonObject initialization = status.Ensure("initialization");
        initialization["infrastructureProvisioned"] = registered;
        initialization["bootstrapDataSecretCreated"] = true;
        if (registered)
        {
            status["nodeRef"] = new JsonObject { ["name"] = machine.NodeName };
        }

        status.SetCondition("InfrastructureReady", registered ? "True" : "False", registered ? "Ready" : "NotReady", "", now);
        status.SetCondition("NodeReady", ready ? "True" : "False", ready ? "NodeReady" : "NodeNotReady", "", now);
        status.SetCondition("Ready", ready ? "True" : "False", ready ? "Ready" : "NotReady", "", now);
        status.SetCondition("Available", ready ? "True" : "False", ready ? "Available" : "NotReady", "", now);
    }

    // As many as the check's limit allows, all together: one more, and none of them is remediated.
    private void RemediateBy(JsonObject item)
    {
        JsonObject? check = writes.All(MachineResources.HealthChecks).FirstOrDefault(check => LabelSelector.Matches(check.At("spec", "selector"), item));
        if (check is null)
        {
            return;
        }

        JsonObject[] selected = [.. writes.All(MachineResources.Machines).Where(machine => LabelSelector.Matches(check.At("spec", "selector"), machine))];
        int unhealthy = selected.Count(machine => machine.At("metadata", "annotations", Remediate) is not null);
        JsonNode limit = check.At("spec", "remediation", "triggerIf", "unhealthyLessThanOrEqualTo") ?? "100%";
        bool allowed = unhealthy <= IntOrPercent.Of(limit, selected.Length, roundUp: false);
        writes.Edit(MachineResources.HealthChecks, check.Name(), changed => changed.Ensure("status").SetCondition(
            "RemediationAllowed", allowed ? "True" : "False", allowed ? "RemediationAllowed" : "TooManyUnhealthy",
            allowed ? "" : $"{unhealthy} of {selected.Length} machines are unhealthy, the limit is {limit}", agenda.Now));
        writes.Edit(MachineResources.Machines, item.Name(), changed =>
        {
            JsonObject status = changed.Ensure("status");
            status.SetCondition("HealthCheckSucceeded", "False", "HasRemediateAnnotation", "", agenda.Now);
            if (allowed)
            {
                status.SetCondition("OwnerRemediated", "False", "WaitingForRemediation", "", agenda.Now);
            }
        });
        if (allowed)
        {
            writes.Delete(MachineResources.Machines, item);
        }
    }

    private TimeSpan? Delete(JsonObject item, Machine? machine, MachineFaults faults)
    {
        if (faults.Value(MachineFaults.RefuseDelete, "") == "failure")
        {
            Fail(item);
            return null;
        }

        if (HasHook(item, PreDrain))
        {
            Step(item, "WaitingForPreDrainHook");
            return null;
        }

        if (machine is { IsActive: true, NodeUid.Length: > 0 } && !IsDrained(item, machine))
        {
            Step(item, "DrainingNode");
            return DrainPoll;
        }

        if (HasHook(item, PreTerminate))
        {
            Step(item, "WaitingForPreTerminateHook");
            return null;
        }

        if (machine is not null)
        {
            fleet.Terminate(machine);
            Step(item, "WaitingForInfrastructureDeletion");
            return null;
        }

        if (faults.Has(MachineFaults.StuckFinalizer))
        {
            Step(item, "WaitingForInfrastructureDeletion");
            return null;
        }

        writes.RemoveFinalizer(MachineResources.Machines, item.Name(), MachineSets.Finalizer);
        return null;
    }

    private static bool HasHook(JsonObject item, string prefix) =>
        item.At("metadata", "annotations") is JsonObject annotations
        && annotations.Any(annotation => annotation.Key.StartsWith(prefix, StringComparison.Ordinal));

    private bool IsDrained(JsonObject item, Machine machine)
    {
        if (item.At("metadata", "annotations", ExcludeDraining) is not null)
        {
            return true;
        }

        writes.Edit(MachineResources.Nodes, machine.NodeName, node => node.Ensure("spec")["unschedulable"] = true);
        DateTimeOffset started = item.Time("status", "deletion", "nodeDrainStartTime") ?? agenda.Now;
        writes.Edit(MachineResources.Machines, item.Name(), changed => changed.Ensure("status", "deletion")["nodeDrainStartTime"] = started.ToApiTime());
        int limit = item.Number("spec", "deletion", "nodeDrainTimeoutSeconds") ?? 0;
        return (limit > 0 && agenda.Now - started >= TimeSpan.FromSeconds(limit)) || _emptying.Evict(machine.NodeName) == 0;
    }

    private void Step(JsonObject item, string reason) => writes.Edit(MachineResources.Machines, item.Name(), changed =>
    {
        JsonObject status = changed.Ensure("status");
        status["phase"] = "Deleting";
        status.SetCondition("Deleting", "True", reason, "", agenda.Now);
    });

    private void Fail(JsonObject item) => writes.Edit(MachineResources.Machines, item.Name(), changed =>
    {
        const string Message = "the infrastructure cannot be deleted (simulated fault refuse-delete=failure)";
        JsonObject status = changed.Ensure("status");
        status["phase"] = "Failed";
        JsonObject old = status.Ensure("deprecated", "v1beta1");
        old["failureReason"] = "DeleteError";
        old["failureMessage"] = Message;
        status.SetCondition("Deleting", "True", "WaitingForInfrastructureDeletion", Message, agenda.Now);
    });
}
