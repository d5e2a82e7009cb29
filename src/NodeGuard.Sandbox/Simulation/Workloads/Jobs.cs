using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>Runs a Job's pods until enough succeeded or too many failed.</summary>
internal static class Jobs
{
    private const string Component = "job-controller";

    /// <param name="job">A job.</param>
    /// <param name="pods">The pods that it controls.</param>
    /// <param name="now">The cluster's time.</param>
    public static Outcome Reconcile(JsonObject job, IReadOnlyCollection<JsonObject> pods, DateTimeOffset now)
    {
        if (job.IsDeleting())
        {
            return Outcome.Nothing;
        }

        if (EndedAt(job) is { } ended)
        {
            return Expire(job, ended, now);
        }

        JsonObject[] active = [.. pods.Where(PodState.IsActive)];
        int succeeded = pods.Count(pod => PodState.Phase(pod) == "Succeeded");
        int failed = pods.Count(pod => PodState.Phase(pod) == "Failed");
        int completions = job.Number("spec", "completions") ?? 1;
        bool complete = succeeded >= completions;
        bool exhausted = failed > (job.Number("spec", "backoffLimit") ?? 6);
        TimeSpan? deadline = DeadlineIn(job, now);
        bool late = deadline <= TimeSpan.Zero;
        var changes = new List<Change>();
        int wanted = complete || exhausted || late || job.Flag("spec", "suspend")
            ? 0
            : Math.Min(job.Number("spec", "parallelism") ?? 1, completions - succeeded);
        changes.AddRange(active.Skip(wanted).Select(pod => new Change.Delete(Kind.Pod, pod)));
        for (int i = active.Length; i < wanted; i++)
        {
            changes.Add(new Change.Create(Kind.Pod, NewPod(job)) { Announce = (job, Component) });
        }

        (string Type, string Reason, string Message)? end = complete
            ? ("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
            : exhausted ? ("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
            : late ? ("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
            : null;
        changes.AddRange(Status(job, active, succeeded, failed, end, now));
        if (end is { } reached)
        {
            bool good = reached.Type == "Complete";
            changes.Add(new Change.Event(
                job, good ? "Normal" : "Warning", good ? "Completed" : reached.Reason, good ? "Job completed" : reached.Message, Component));
        }

        return new Outcome(changes, deadline > TimeSpan.Zero ? deadline : null);
    }

    private static DateTimeOffset? EndedAt(JsonObject job) =>
        job.Items("status", "conditions")
            .FirstOrDefault(condition => condition.Text("type") is "Complete" or "Failed" && condition.Text("status") == "True")
            .Time("lastTransitionTime");

    private static Outcome Expire(JsonObject job, DateTimeOffset ended, DateTimeOffset now)
    {
        if (job.Number("spec", "ttlSecondsAfterFinished") is not { } seconds)
        {
            return Outcome.Nothing;
        }

        TimeSpan left = ended + TimeSpan.FromSeconds(seconds) - now;
        return left > TimeSpan.Zero ? Outcome.After(left) : new Outcome([new Change.Delete(Kind.Job, job)]);
    }

    private static TimeSpan? DeadlineIn(JsonObject job, DateTimeOffset now) =>
        job.Number("spec", "activeDeadlineSeconds") is { } seconds && job.Time("status", "startTime") is { } started
            ? started + TimeSpan.FromSeconds(seconds) - now
            : null;

    private static JsonObject NewPod(JsonObject job)
    {
        JsonObject pod = PodTemplate.Pod(Kind.Job, job, job.At("spec", "template"));
        JsonObject labels = pod.Ensure("metadata", "labels");
        labels["batch.kubernetes.io/job-name"] = job.Name();
        labels["job-name"] = job.Name();
        labels["batch.kubernetes.io/controller-uid"] = job.Uid();
        labels["controller-uid"] = job.Uid();
        return pod;
    }

    private static IEnumerable<Change> Status(
        JsonObject job,
        JsonObject[] active,
        int succeeded,
        int failed,
        (string Type, string Reason, string Message)? end,
        DateTimeOffset now) => WorkloadStatus.Write(Kind.Job, job, status =>
        {
            WorkloadStatus.Count(status, "active", end is null ? active.Length : 0);
            WorkloadStatus.Count(status, "ready", end is null ? active.Count(PodState.IsReady) : 0, required: true);
            WorkloadStatus.Count(status, "succeeded", succeeded);
            WorkloadStatus.Count(status, "failed", failed);
            WorkloadStatus.Count(status, "terminating", 0, required: true);
            status["startTime"] ??= now.ToApiTime();
            if (end is { } reached)
            {
                string before = reached.Type == "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
                status.SetCondition(before, "True", reached.Reason, reached.Message, now);
                status.SetCondition(reached.Type, "True", reached.Reason, reached.Message, now);
                if (reached.Type == "Complete")
                {
                    status["completionTime"] = now.ToApiTime();
                }
            }
        });
}
