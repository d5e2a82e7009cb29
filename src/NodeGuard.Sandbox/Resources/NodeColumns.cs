using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>How `kubectl get nodes` shows a node.</summary>
internal static class NodeColumns
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static IReadOnlyList<PrinterColumn> All { get; } =
    [
        Columns.Name,
        Columns.Text("Status", Status),
        Columns.Text("Roles", Roles),
        Columns.Age,
        Columns.Text("Version", static o => o.Text("status", "nodeInfo", "kubeletVersion") ?? ""),
        Columns.Wide("Internal-IP", static o => Address(o, "InternalIP")),
        Columns.Wide("External-IP", static o => Address(o, "ExternalIP")),
        Columns.Wide("OS-Image", static o => Info(o, "osImage")),
        Columns.Wide("Kernel-Version", static o => $"{Info(o, "kernelVersion")} ({Info(o, "architecture")})"),
        Columns.Wide("Container-Runtime", static o => Info(o, "containerRuntimeVersion")),
    ];

    private static string Status(JsonObject node)
    {
        JsonNode? ready = node.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "Ready");
        string status = ready is null ? "Unknown" : ready.Text("status") == "True" ? "Ready" : "NotReady";
        return node.Flag("spec", "unschedulable") == true ? status + ",SchedulingDisabled" : status;
    }

    private static string Roles(JsonObject node)
    {
        IEnumerable<string> roles = node.Texts("metadata", "labels").Select(l =>
            l.Key.StartsWith(RolePrefix, StringComparison.Ordinal) ? l.Key[RolePrefix.Length..]
            : l.Key == "kubernetes.io/role" ? l.Value
            : "");
        return Columns.OrNone(string.Join(',', roles.Where(r => r.Length > 0).Distinct().Order(StringComparer.Ordinal)));
    }

    private static string Address(JsonObject node, string type) => Columns.OrNone(
        node.Items("status", "addresses").FirstOrDefault(a => a.Text("type") == type).Text("address"));

    private static string Info(JsonObject node, string field) =>
        node.Text("status", "nodeInfo", field) is { Length: > 0 } text ? text : "<unknown>";
}
