using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>How `kubectl get pods` shows a pod.</summary>
internal static class PodColumns
{
    public static IReadOnlyList<PrinterColumn> All { get; } =
    [
        Columns.Name,
        Columns.Text("Ready", static o => Ready(o)),
        Columns.Text("Status", Reason),
        new PrinterColumn("Restarts", "string", 0, "Restarts", static (o, now) => Restarts(o, now)),
        Columns.Age,
        Columns.Wide("IP", static o => Columns.OrNone(o.Text("status", "podIP"))),
        Columns.Wide("Node", static o => Columns.OrNone(o.Text("spec", "nodeName"))),
        Columns.Wide("Nominated Node", static o => Columns.OrNone(o.Text("status", "nominatedNodeName"))),
        Columns.Wide("Readiness Gates", Gates),
    ];

    private static string Ready(JsonObject pod)
    {
        int ready = pod.Items("status", "containerStatuses").Count(s => s.Flag("ready") == true && s.At("state", "running") is not null);
        return string.Create(CultureInfo.InvariantCulture, $"{ready}/{pod.Items("spec", "containers").Count()}");
    }

    private static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        long count = pod.Items("status", "containerStatuses").Sum(s => s.Number("restartCount") ?? 0);
        DateTimeOffset? last = pod.Items("status", "containerStatuses")
            .Max(s => s.Time("lastState", "terminated", "finishedAt"));
        return count > 0 && last is { } time
            ? string.Create(CultureInfo.InvariantCulture, $"{count} ({Columns.HumanDuration(now - time)} ago)")
            : count.ToString(CultureInfo.InvariantCulture);
    }

    private static string Reason(JsonObject pod)
    {
        string reason = pod.Text("status", "reason") is { Length: > 0 } said ? said : pod.Text("status", "phase") ?? "";
        if (pod.Items("status", "conditions").Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated"))
            reason = "SchedulingGated";
        if (InitReason(pod) is { } init)
            reason = init;
        else
            reason = ContainerReason(pod, reason);
        if (pod.Text("metadata", "deletionTimestamp") is null)
            return reason;
        return pod.Text("status", "reason") == "NodeLost" ? "Unknown"
            : pod.Text("status", "phase") is "Succeeded" or "Failed" ? reason
            : "Terminating";
    }

    private static string? InitReason(JsonObject pod)
    {
        int index = 0;
        int total = pod.Items("spec", "initContainers").Count();
        foreach (JsonNode? status in pod.Items("status", "initContainerStatuses"))
        {
            JsonObject? terminated = status.Child("state", "terminated");
            string? waiting = status.Text("state", "waiting", "reason");
            if (terminated?.Number("exitCode") == 0 || status.Flag("started") == true)
            {
                index++;
                continue;
            }

            return terminated is not null ? $"Init:{Ended(terminated)}"
                : waiting is { Length: > 0 } and not "PodInitializing" ? $"Init:{waiting}"
                : $"Init:{index}/{total}";
        }

        return null;
    }

    private static string ContainerReason(JsonObject pod, string reason)
    {
        bool running = false;
        foreach (JsonNode? status in pod.Items("status", "containerStatuses").Reverse())
        {
            JsonObject? terminated = status.Child("state", "terminated");
            if (status.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
                reason = waiting;
            else if (terminated is not null)
                reason = Ended(terminated);
            else if (status.Flag("ready") == true && status.At("state", "running") is not null)
                running = true;
        }

        if (reason != "Completed" || !running)
            return reason;
        return pod.Items("status", "conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True")
            ? "Running"
            : "NotReady";
    }

    private static string Ended(JsonObject terminated) => terminated.Text("reason") is { Length: > 0 } reason ? reason
        : terminated.Number("signal") is > 0 and { } signal ? $"Signal:{signal}"
        : $"ExitCode:{terminated.Number("exitCode") ?? 0}";

    private static string Gates(JsonObject pod)
    {
        string[] gates = [.. pod.Items("spec", "readinessGates").Select(g => g.Text("conditionType") ?? "")];
        int met = gates.Count(g => pod.Items("status", "conditions").Any(c => c.Text("type") == g && c.Text("status") == "True"));
        return gates.Length == 0 ? "<none>" : string.Create(CultureInfo.InvariantCulture, $"{met}/{gates.Length}");
    }
}
