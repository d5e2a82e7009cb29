using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>NodeGuard's agents on pool nodes: each writes the status of its node's GuardedNode, and reboots or updates its machine when told to.</summary>
internal sealed class SimulatedAgents(ObjectWrites writes, MachineFleet fleet, Agenda agenda)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="name">Of a GuardedNode, and of its node.</param>
    /// <returns>When to look again.</returns>
    public TimeSpan? Reconcile(string name)
    {
        if (fleet.Machines.ByNode(name) is not { IsUp: true } machine || fleet.Pool(machine.Pool) is not { Agents: true } pool
            || writes.Get(MachineResources.GuardedNodes, name) is not { } guarded)
        {
            return null;
        }

        MachineFaults faults = fleet.FaultsOf(machine);
        var packages = new SimulatedPackages(machine, pool, faults);
        (JsonObject? operation, bool reboots, TimeSpan? again) = Operate(guarded, machine, packages);
        TimeSpan due = (guarded.Time("status", "heartbeat") ?? DateTimeOffset.MinValue) + pool.Heartbeat - agenda.Now;
        if (due <= TimeSpan.Zero || !IsTold(guarded, machine, faults, packages) || !JsonNode.DeepEquals(operation, guarded.At("status", "operation")))
        {
            writes.Edit(MachineResources.GuardedNodes, name, item => Write(item, machine, faults, packages, operation, agenda.Now));
            due = pool.Heartbeat;
        }

        if (reboots)
        {
            fleet.Reboot(machine, operation.Text("id"), keepsKernel: guarded.Text("spec", "operation", "kind") == "SoftReboot");
            return null;
        }

        return again < due ? again : due;
    }

    /// <summary>The operation as the agent reports it from now on, and whether the machine goes down for it.</summary>
    private (JsonObject? Reported, bool Reboots, TimeSpan? Again) Operate(JsonObject guarded, Machine machine, SimulatedPackages packages)
    {
        JsonObject? known = guarded.At("status", "operation") as JsonObject;
        string id = guarded.Text("spec", "operation", "id");
        if (id.Length == 0 || (known.Text("id") == id && known.Text("state") is "Done" or "Failed"))
        {
            return (known, false, null);
        }

        if (known.Text("id") != id)
        {
            bool late = guarded.Time("spec", "operation", "deadline") is { } deadline && deadline <= agenda.Now;
            if (late)
            {
                return (known, false, null);
            }

            return guarded.Text("spec", "operation", "kind") switch
            {
                "SoftReboot" when packages.RebootRequired => (Report(id, "Failed", "wanted is a soft reboot, which keeps the kernel, and a newer one is installed (simulated)"), false, null),
                "Reboot" or "Kexec" or "SoftReboot" or "Update" => (Report(id, "Accepted", ""), false, Pause),
                var kind => (Report(id, "Failed", $"the simulated agent does not know the operation {kind}"), false, null),
            };
        }

        if (guarded.Text("spec", "operation", "kind") == "Update")
        {
            return packages.Operate(guarded, id, agenda.Now);
        }

        if (known.Text("state") == "Accepted")
        {
            return (Report(id, "Running", "rebooting"), false, Pause);
        }

        return machine.RebootedFor == id
            ? (Report(id, "Done", "rebooted"), false, null)
            : (known, true, null);
    }

    internal static JsonObject Report(string id, string state, string message)
    {
        var report = new JsonObject { ["id"] = id, ["state"] = state };
        if (message.Length > 0)
        {
            report["message"] = message;
        }

        return report;
    }

    private static bool IsTold(JsonObject guarded, Machine machine, MachineFaults faults, SimulatedPackages packages) =>
        guarded.Text("status", "bootID") == machine.BootId
        && guarded.Text("status", "routes", "state") == (faults.Has(MachineFaults.RoutesLost) ? "Lost" : "Intact")
        && JsonNode.DeepEquals(guarded.At("status", "updates"), packages.Status(guarded))
        && guarded.Number("status", "observedGeneration") == guarded.Number("metadata", "generation");

    private static void Write(JsonObject guarded, Machine machine, MachineFaults faults, SimulatedPackages packages, JsonObject? operation, DateTimeOffset now)
    {
        bool lost = faults.Has(MachineFaults.RoutesLost);
        JsonObject status = guarded.Ensure("status");
        status["observedGeneration"] = guarded.Number("metadata", "generation") ?? 1;
        status["heartbeat"] = now.ToApiTime();
        status["bootID"] = machine.BootId;
        status["agent"] = new JsonObject { ["version"] = "sandbox", ["mode"] = "guard", ["startedAt"] = machine.Up.ToApiTime() };
        status["image"] = new JsonObject { ["id"] = machine.Image, ["version"] = machine.Image };
        status["kernel"] = "6.12.0-sandbox";
        status["networkd"] = new JsonObject { ["version"] = "257", ["state"] = "active", ["prevention"] = "kept by its settings" };
        status["routes"] = new JsonObject
        {
            ["state"] = lost ? "Lost" : "Intact",
            ["guarded"] = 12,
            ["missing"] = lost ? 3 : 0,
            ["notRestorable"] = lost ? 3 : 0,
        };
        status["episodes"] ??= new JsonObject { ["total"] = 0 };
        status["rebootRequired"] = packages.RebootRequired;
        status["updates"] = packages.Status(guarded);
        status["drift"] = new JsonObject { ["state"] = "None" };
        if (operation is not null)
        {
            status["operation"] = operation.DeepClone();
        }

        status.SetCondition(
            "RoutesIntact", lost ? "False" : "True", lost ? "RoutesLost" : "AllThere",
            lost ? "3 routes are missing and cannot be restored (simulated)" : "", now);
    }
}
