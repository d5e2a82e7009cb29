using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>Keeps the replicas of MachineDeployments and MachineSets.</summary>
internal sealed class MachineSets(ObjectWrites writes, MachineFleet fleet)
{
    public const string Finalizer = "machine.cluster.x-k8s.io";
    public const string DeleteMachine = "cluster.x-k8s.io/delete-machine";

    public void ReconcileDeployment(string name)
    {
        if (writes.Get(MachineResources.Deployments, name) is not { } deployment || deployment.IsDeleting()
            || writes.All(MachineResources.Sets).FirstOrDefault(set => set.ControllerUid() == deployment.Uid()) is not { } owned)
        {
            return;
        }

        int replicas = deployment.Number("spec", "replicas") ?? 1;
        writes.Edit(MachineResources.Sets, owned.Name(), set => set.Ensure("spec")["replicas"] = replicas);
        writes.Edit(MachineResources.Deployments, name, item =>
        {
            JsonObject status = item.Ensure("status");
            foreach (string field in (string[])["replicas", "readyReplicas", "availableReplicas", "upToDateReplicas"])
            {
                status[field] = owned.Number("status", field) ?? 0;
            }

            status["observedGeneration"] = item.Number("metadata", "generation") ?? 1;
            int now = owned.Number("status", "replicas") ?? 0;
            status["phase"] = now < replicas ? "ScalingUp" : now > replicas ? "ScalingDown" : "Running";
        });
    }

    /// <summary>Machines that are being deleted count: their successors come when they are gone.</summary>
    public void ReconcileSet(string name, DateTimeOffset now)
    {
        if (writes.Get(MachineResources.Sets, name) is not { } set || set.IsDeleting())
        {
            return;
        }

        JsonObject[] machines = [.. writes.All(MachineResources.Machines).Where(machine => machine.ControllerUid() == set.Uid())];
        int surplus = machines.Length - (set.Number("spec", "replicas") ?? 1);
        for (int i = surplus; i < 0; i++)
        {
            writes.Create(MachineResources.Machines, NewMachine(set));
        }

        foreach (JsonObject machine in machines.OrderBy(Worth).ThenBy(machine => machine.Name(), StringComparer.Ordinal).Take(surplus)
            .Where(machine => !machine.IsDeleting()))
        {
            writes.Delete(MachineResources.Machines, machine);
        }

        int ready = machines.Count(machine => machine.Condition("Ready").Text("status") == "True");
        writes.Edit(MachineResources.Sets, name, item =>
        {
            JsonObject status = item.Ensure("status");
            status["replicas"] = machines.Length;
            status["readyReplicas"] = ready;
            status["availableReplicas"] = ready;
            status["upToDateReplicas"] = machines.Length;
            status["observedGeneration"] = item.Number("metadata", "generation") ?? 1;
            bool enough = machines.Length == (item.Number("spec", "replicas") ?? 1);
            status.SetCondition("MachinesReady", ready == machines.Length ? "True" : "False", ready == machines.Length ? "Ready" : "NotReady", "", now);
            status.SetCondition("ScalingUp", !enough && surplus < 0 ? "True" : "False", !enough && surplus < 0 ? "ScalingUp" : "NotScalingUp", "", now);
        });
    }

    /// <summary>A Machine without infrastructure; its reconciler orders that.</summary>
    public static JsonObject NewMachine(JsonObject set)
    {
        JsonObject template = set.At("spec", "template") as JsonObject ?? [];
        JsonObject metadata = template.At("metadata")?.DeepClone() as JsonObject ?? [];
        metadata["generateName"] = set.Name() + "-";
        metadata["namespace"] = MachineResources.ClusterNamespace;
        metadata.Ensure("labels")[ClusterApi.SetLabel] = set.Name();
        metadata["finalizers"] = new JsonArray(Finalizer);
        metadata["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = MachineResources.Sets.ApiVersion,
            ["kind"] = "MachineSet",
            ["name"] = set.Name(),
            ["uid"] = set.Uid(),
            ["controller"] = true,
            ["blockOwnerDeletion"] = true,
        });
        return new JsonObject { ["metadata"] = metadata, ["spec"] = template.At("spec")?.DeepClone() ?? new JsonObject() };
    }

    // Least worth goes first: on its way out, annotated, without a running machine.
    private int Worth(JsonObject machine) =>
        machine.IsDeleting() ? 0
        : machine.At("metadata", "annotations", DeleteMachine) is not null ? 1
        : fleet.Machines.ByClaim(machine.Text("metadata", "labels", SandboxAnnotations.Pool), machine.Name()) is not { State: MachineState.Running } ? 2
        : 3;
}
