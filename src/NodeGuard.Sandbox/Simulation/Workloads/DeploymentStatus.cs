using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>A Deployment's counts and conditions, as <c>kubectl rollout status</c> reads them.</summary>
internal static class DeploymentStatus
{
    public static IEnumerable<Change> Write(
        JsonObject deployment, JsonObject? current, IReadOnlyCollection<JsonObject> sets, DateTimeOffset now) =>
        WorkloadStatus.Write(Kind.Deployment, deployment, status =>
        {
            (int, int, int) before = Progress(status);
            int available = Sum(sets, "availableReplicas");
            WorkloadStatus.Count(status, "replicas", Sum(sets, "replicas"));
            WorkloadStatus.Count(status, "updatedReplicas", current.Number("status", "replicas") ?? 0);
            WorkloadStatus.Count(status, "readyReplicas", Sum(sets, "readyReplicas"));
            WorkloadStatus.Count(status, "availableReplicas", available);
            WorkloadStatus.Count(status, "unavailableReplicas", Math.Max(0, sets.Sum(Deployments.Wanted) - available));
            WorkloadStatus.Observe(status, deployment);
            bool enough = available >= Deployments.Wanted(deployment) - Deployments.Limits(deployment).Unavailable;
            Set(status, "Available", enough, enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                $"Deployment {(enough ? "has" : "does not have")} minimum availability.", now);
            SetProgressing(deployment, current, status, before != Progress(status), now);
        });

    /// <summary>How long a rollout that stands still has until its progress deadline.</summary>
    public static TimeSpan? DeadlineIn(JsonObject deployment, DateTimeOffset now) =>
        deployment.Condition("Progressing") is { } progressing && progressing.Text("reason") == "ReplicaSetUpdated"
            ? TimeSpan.FromTicks(Math.Max(0, (Deadline(deployment, progressing, now) - now).Ticks)) + TimeSpan.FromSeconds(1)
            : null;

    private static void SetProgressing(
        JsonObject deployment, JsonObject? current, JsonObject status, bool moved, DateTimeOffset now)
    {
        if (current is null)
        {
            return;
        }

        int wanted = Deployments.Wanted(deployment);
        bool complete = (status.Number("updatedReplicas") ?? 0) == wanted
            && (status.Number("replicas") ?? 0) == wanted
            && (status.Number("availableReplicas") ?? 0) == wanted;
        JsonObject? progressing = status.Items("conditions").FirstOrDefault(condition => condition.Text("type") == "Progressing");
        if (complete)
        {
            Set(status, "Progressing", true, "NewReplicaSetAvailable", $"ReplicaSet \"{current.Name()}\" has successfully progressed.", now);
        }
        else if (!moved && progressing is not null && progressing.Text("reason") is "ReplicaSetUpdated" or "ProgressDeadlineExceeded"
            && now > Deadline(deployment, progressing, now))
        {
            Set(status, "Progressing", false, "ProgressDeadlineExceeded", $"ReplicaSet \"{current.Name()}\" has timed out progressing.", now);
        }
        else if (progressing.Text("reason") is not ("NewReplicaSetAvailable" or "ProgressDeadlineExceeded") || moved)
        {
            Set(status, "Progressing", true, "ReplicaSetUpdated", $"ReplicaSet \"{current.Name()}\" is progressing.", now, touch: moved);
        }
    }

    private static DateTimeOffset Deadline(JsonObject deployment, JsonObject progressing, DateTimeOffset now) =>
        (progressing.Time("lastUpdateTime") ?? now)
        + TimeSpan.FromSeconds(deployment.Number("spec", "progressDeadlineSeconds") ?? 600);

    private static void Set(
        JsonObject status, string type, bool value, string reason, string message, DateTimeOffset now, bool touch = false)
    {
        bool changed = status.SetCondition(type, value ? "True" : "False", reason, message, now);
        JsonObject condition = status.Items("conditions").First(item => item.Text("type") == type);
        if (changed || touch || !condition.ContainsKey("lastUpdateTime"))
        {
            condition["lastUpdateTime"] = now.ToApiTime();
        }
    }

    private static (int, int, int) Progress(JsonObject status) => (
        status.Number("updatedReplicas") ?? 0, status.Number("readyReplicas") ?? 0, status.Number("availableReplicas") ?? 0);

    private static int Sum(IEnumerable<JsonObject> sets, string field) => sets.Sum(set => set.Number("status", field) ?? 0);
}
