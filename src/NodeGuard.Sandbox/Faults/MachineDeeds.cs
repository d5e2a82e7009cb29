using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Faults;

/// <summary>The admin endpoint's deeds on machine pools and their nodes; kubectl can write the same.</summary>
internal static class MachineDeeds
{
    /// <param name="cluster">Whose pools and nodes.</param>
    /// <param name="deed">The deed's name.</param>
    /// <param name="value"><c>NAME/WHAT</c>; nothing behind the slash ends faults.</param>
    /// <returns>What is wrong; empty when it was done.</returns>
    public static string Apply(Cluster cluster, string deed, string value)
    {
        int at = value.IndexOf('/', StringComparison.Ordinal);
        if (at <= 0)
        {
            return $"{deed} '{value}': wanted NAME/VALUE";
        }

        string name = value[..at];
        string what = value[(at + 1)..];
        switch (deed)
        {
            case "pool-image" when what.Length > 0:
                return Edit(cluster, MachineResources.Pools, name, pool => pool.Ensure("spec")["image"] = what);
            case "pool-count" when int.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out int count):
                return Edit(cluster, MachineResources.Pools, name, pool => pool.Ensure("spec")["count"] = count);
            case "pool-packages" when what.Length > 0:
                return Edit(
                    cluster, MachineResources.Pools, name,
                    pool => pool.Ensure("spec")["packages"] = new JsonArray([.. what.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(package => (JsonNode)package)]));
            case "node-faults" or "pool-faults":
                return MachineFaults.Unknown(what) is { } unknown
                    ? $"{deed} '{value}': '{unknown}' is no fault of machines; allowed: {MachineFaults.Allowed}"
                    : Edit(
                        cluster, deed == "node-faults" ? MachineResources.Nodes : MachineResources.Pools, name,
                        item => item.Ensure("metadata", "annotations")[SandboxAnnotations.Faults] = what);
            default:
                return $"{deed} '{value}': '{what}' is not understood";
        }
    }

    private static string Edit(Cluster cluster, MachineResource resource, string name, Action<JsonObject> edit) =>
        resource.In(cluster) is null ? $"there are no {resource.Plural}: start the sandbox with --pool"
        : new ObjectWrites(cluster).Edit(resource, name, edit) ? ""
        : $"{resource.Plural} \"{name}\" not found";
}
