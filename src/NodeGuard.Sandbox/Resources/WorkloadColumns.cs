using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>How `kubectl get` shows workloads and their budgets.</summary>
internal static class WorkloadColumns
{
    private static readonly PrinterColumn Selector = Columns.Wide("Selector", static o => Columns.Selector(o.At("spec", "selector")));

    public static IReadOnlyList<PrinterColumn> Deployments { get; } =
    [
        Columns.Name, Columns.Text("Ready", static o => Of(o, "readyReplicas")),
        Columns.Number("Up-to-date", "status", "updatedReplicas"), Columns.Number("Available", "status", "availableReplicas"),
        Columns.Age, .. Columns.Containers("spec", "template"), Selector,
    ];

    public static IReadOnlyList<PrinterColumn> ReplicaSets { get; } =
    [
        Columns.Name, Columns.Number("Desired", "spec", "replicas"), Columns.Number("Current", "status", "replicas"),
        Columns.Number("Ready", "status", "readyReplicas"), Columns.Age, .. Columns.Containers("spec", "template"), Selector,
    ];

    public static IReadOnlyList<PrinterColumn> StatefulSets { get; } =
        [Columns.Name, Columns.Text("Ready", static o => Of(o, "readyReplicas")), Columns.Age, .. Columns.Containers("spec", "template")];

    public static IReadOnlyList<PrinterColumn> DaemonSets { get; } =
    [
        Columns.Name, Columns.Number("Desired", "status", "desiredNumberScheduled"),
        Columns.Number("Current", "status", "currentNumberScheduled"), Columns.Number("Ready", "status", "numberReady"),
        Columns.Number("Up-to-date", "status", "updatedNumberScheduled"), Columns.Number("Available", "status", "numberAvailable"),
        Columns.Text("Node Selector", static o => Columns.Labels(o.At("spec", "template", "spec", "nodeSelector"))), Columns.Age,
        .. Columns.Containers("spec", "template"), Selector,
    ];

    public static IReadOnlyList<PrinterColumn> Jobs { get; } =
    [
        Columns.Name, Columns.Text("Status", JobStatus), Columns.Text("Completions", Completions),
        new("Duration", "string", 0, "Duration", static (o, now) => Duration(o, now)), Columns.Age,
        .. Columns.Containers("spec", "template"), Selector,
    ];

    public static IReadOnlyList<PrinterColumn> CronJobs { get; } =
    [
        Columns.Name, Columns.Text("Schedule", static o => o.Text("spec", "schedule")),
        Columns.Text("Timezone", static o => Columns.OrNone(o.Text("spec", "timeZone"))),
        Columns.Text("Suspend", static o => o.Flag("spec", "suspend") == true ? "True" : "False"),
        new("Active", "integer", 0, "Active", static (o, _) => o.Items("status", "active").Count()),
        new("Last Schedule", "string", 0, "Last Schedule", static (o, now) =>
            o.Time("status", "lastScheduleTime") is { } last ? Columns.Since(last, now) : "<none>"),
        Columns.Age, .. Columns.Containers("spec", "jobTemplate", "spec", "template"),
        Columns.Wide("Selector", static o => Columns.Selector(o.At("spec", "jobTemplate", "spec", "selector"))),
    ];

    public static IReadOnlyList<PrinterColumn> DisruptionBudgets { get; } =
    [
        Columns.Name, Columns.Text("Min Available", static o => IntOrPercent(o, "minAvailable")),
        Columns.Text("Max Unavailable", static o => IntOrPercent(o, "maxUnavailable")),
        Columns.Number("Allowed Disruptions", "status", "disruptionsAllowed"), Columns.Age,
    ];

    /// <summary>`kind.group/name` of the controlling owner.</summary>
    public static string Controller(JsonObject value)
    {
        JsonNode? owner = value.Items("metadata", "ownerReferences").FirstOrDefault(o => o.Flag("controller") == true);
        if (owner is null)
            return "<none>";
        string kind = owner.Text("kind")!.ToLowerInvariant();
        string version = owner.Text("apiVersion") ?? "";
        int slash = version.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? $"{kind}/{owner.Text("name")}" : $"{kind}.{version[..slash]}/{owner.Text("name")}";
    }

    private static string Of(JsonObject value, string ready) => string.Create(
        CultureInfo.InvariantCulture, $"{value.Number("status", ready) ?? 0}/{value.Number("spec", "replicas") ?? 0}");

    private static string IntOrPercent(JsonObject budget, string field) =>
        budget.Text("spec", field) ?? budget.Number("spec", field)?.ToString(CultureInfo.InvariantCulture) ?? "N/A";

    private static string JobStatus(JsonObject job)
    {
        bool Has(string type) =>
            job.Items("status", "conditions").Any(c => c.Text("type") == type && c.Text("status") == "True");
        return Has("Complete") ? "Complete" : Has("Failed") ? "Failed"
            : job.Text("metadata", "deletionTimestamp") is not null ? "Terminating"
            : Has("Suspended") ? "Suspended"
            : Has("FailureTarget") ? "FailureTarget" : Has("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
    }

    private static string Completions(JsonObject job)
    {
        long done = job.Number("status", "succeeded") ?? 0;
        long parallel = job.Number("spec", "parallelism") ?? 0;
        return job.Number("spec", "completions") is { } wanted
            ? string.Create(CultureInfo.InvariantCulture, $"{done}/{wanted}")
            : parallel > 1 ? string.Create(CultureInfo.InvariantCulture, $"{done}/1 of {parallel}")
            : string.Create(CultureInfo.InvariantCulture, $"{done}/1");
    }

    private static string Duration(JsonObject job, DateTimeOffset now) => job.Time("status", "startTime") is { } start
        ? Columns.HumanDuration((job.Time("status", "completionTime") ?? now) - start)
        : "";
}
