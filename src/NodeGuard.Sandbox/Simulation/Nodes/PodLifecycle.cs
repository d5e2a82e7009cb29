using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Nodes;

/// <summary>Where a pod is in its life on a node.</summary>
internal enum PodStage
{
    /// <summary>Bound; the kubelet has not said anything about it.</summary>
    Bound,
    Starting,
    Running,
    Ready,
    BackOff,
    Finished,
    Terminating,
}

/// <summary>What a kubelet does next with one pod of its node.</summary>
internal static class PodLifecycle
{
    private const string Component = "kubelet";

    public static PodStage StageOf(JsonObject pod) =>
        pod.IsDeleting() ? PodStage.Terminating
        : PodState.IsFinished(pod) ? PodStage.Finished
        : pod.Text("status", "startTime").Length == 0 ? PodStage.Bound
        : PodState.Phase(pod) != "Running" ? PodStage.Starting
        : State(pod).At("waiting") is not null ? PodStage.BackOff
        : PodState.IsReady(pod) ? PodStage.Ready
        : PodStage.Running;

    /// <param name="pod">A pod that is bound to the node.</param>
    /// <param name="node">Its node.</param>
    /// <param name="since">When the kubelet first saw the pod in its present stage.</param>
    /// <param name="now">The cluster's time.</param>
    /// <param name="settings">What holds without annotations.</param>
    public static Outcome Step(JsonObject pod, JsonObject node, DateTimeOffset since, DateTimeOffset now, KubeletSettings settings)
    {
        TimeSpan spent = now - since;
        return StageOf(pod) switch
        {
            PodStage.Bound => Accept(pod, node, now),
            PodStage.Starting => When(spent, StartAfter(pod, settings), () => Start(pod, now, settings)),
            PodStage.Running when Ended(pod, now, settings) is { } ended => End(pod, ended, now),
            PodStage.Running => Sooner(
                When(spent, ReadyAfter(pod, settings), () => BecomeReady(pod, now)), EndsIn(pod, now, settings)),
            PodStage.Ready when Ended(pod, now, settings) is { } ended => End(pod, ended, now),
            PodStage.Ready => EndsIn(pod, now, settings) is { } left ? Outcome.After(left) : Outcome.Nothing,
            PodStage.BackOff => When(spent, BackOffOf(pod), () => Restart(pod, now)),
            PodStage.Terminating => Stop(pod, spent, now, settings),
            _ => Outcome.Nothing,
        };
    }

    private static Outcome Accept(JsonObject pod, JsonObject node, DateTimeOffset now) => Write(pod, status =>
    {
        string host = node.Items("status", "addresses").FirstOrDefault(address => address.Text("type") == "InternalIP").Text("address");
        status["phase"] = "Pending";
        status["startTime"] = now.ToApiTime();
        if (host.Length > 0)
        {
            status["hostIP"] = host;
            status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = host });
        }

        status.SetCondition("Initialized", "True", "", "", now);
        SetReady(pod, status, false, now);
        status["containerStatuses"] = ContainerStatuses.Make(pod, _ => ContainerStatuses.Waiting("ContainerCreating"), ready: false);
    });

    private static Outcome Start(JsonObject pod, DateTimeOffset now, KubeletSettings settings)
    {
        bool ready = ReadyAfter(pod, settings) == TimeSpan.Zero;
        Outcome running = Write(pod, status =>
        {
            string ip = pod.Flag("spec", "hostNetwork") ? pod.Text("status", "hostIP") : AddressOf(pod);
            status["phase"] = "Running";
            status["podIP"] = ip;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip });
            status.SetCondition("PodReadyToStartContainers", "True", "", "", now);
            status["containerStatuses"] = ContainerStatuses.Make(pod, _ => ContainerStatuses.Running(now), ready);
            SetReady(pod, status, ready, now);
        });
        string names = string.Join(", ", PodState.Containers(pod).Select(container => container.Text("name")));
        return running with { Changes = [.. running.Changes, new Change.Event(pod, "Normal", "Started", $"Started container {names}", Component)] };
    }

    private static Outcome BecomeReady(JsonObject pod, DateTimeOffset now) => Write(pod, status =>
    {
        status["containerStatuses"] = ContainerStatuses.Make(
            pod, before => (before.At("state") as JsonObject)?.Copy() ?? ContainerStatuses.Running(now), ready: true);
        SetReady(pod, status, true, now);
    });

    private static Outcome End(JsonObject pod, int exitCode, DateTimeOffset now)
    {
        string policy = pod.Text("spec", "restartPolicy");
        if (policy == "Never" || (policy == "OnFailure" && exitCode == 0))
        {
            return Write(pod, status => Finish(pod, status, exitCode, now));
        }

        return Write(pod, status =>
        {
            JsonArray statuses = ContainerStatuses.Make(
                pod, _ => ContainerStatuses.Waiting("CrashLoopBackOff", "back-off restarting failed container"), ready: false, ended: true);
            foreach (JsonObject container in statuses.OfType<JsonObject>())
            {
                JsonObject? before = pod.Items("status", "containerStatuses").FirstOrDefault(item => item.Text("name") == container.Text("name"));
                container["lastState"] = ContainerStatuses.Terminated(before, exitCode, now);
            }

            status["containerStatuses"] = statuses;
            SetReady(pod, status, false, now);
        });
    }

    private static Outcome Restart(JsonObject pod, DateTimeOffset now)
    {
        Outcome restarted = Write(pod, status =>
        {
            JsonArray statuses = ContainerStatuses.Make(pod, _ => ContainerStatuses.Running(now), ready: false);
            foreach (JsonObject container in statuses.OfType<JsonObject>())
            {
                container["restartCount"] = (container.Number("restartCount") ?? 0) + 1;
            }

            status["containerStatuses"] = statuses;
        });
        var backOff = new Change.Event(pod, "Warning", "BackOff", $"Back-off restarting failed container in pod {pod.Name()}", Component);
        return restarted with { Changes = [.. restarted.Changes, backOff] };
    }

    private static Outcome Stop(JsonObject pod, TimeSpan spent, DateTimeOffset now, KubeletSettings settings)
    {
        var grace = TimeSpan.FromSeconds(Math.Max(0, pod.Number("metadata", "deletionGracePeriodSeconds") ?? 30));
        TimeSpan asked = SandboxAnnotations.Duration(pod, SandboxAnnotations.StopAfter) ?? settings.StopAfter;
        TimeSpan stop = asked == Timeout.InfiniteTimeSpan ? asked : PodState.IsFinished(pod) || asked < grace ? Shorter(asked, pod) : grace;
        if (stop != Timeout.InfiniteTimeSpan && spent >= stop)
        {
            // With grace 0 the object is gone already, or its finalizers hold it: the kubelet has nothing left to do.
            IReadOnlyList<Change> ended = PodState.IsFinished(pod) ? [] : Write(pod, status => Finish(pod, status, 0, now)).Changes;
            return grace == TimeSpan.Zero
                ? new Outcome(ended)
                : new Outcome([.. ended, new Change.Delete(Kind.Pod, pod, GraceSeconds: 0)]);
        }

        IReadOnlyList<Change> said = spent > TimeSpan.Zero
            ? []
            : [new Change.Event(pod, "Normal", "Killing", $"Stopping container {string.Join(", ", PodState.Containers(pod).Select(item => item.Text("name")))}", Component)];
        return new Outcome(said, stop == Timeout.InfiniteTimeSpan ? null : stop - spent);
    }

    // What has ended already takes no time to stop.
    private static TimeSpan Shorter(TimeSpan asked, JsonObject pod) => PodState.IsFinished(pod) ? TimeSpan.Zero : asked;

    private static void Finish(JsonObject pod, JsonObject status, int exitCode, DateTimeOffset now)
    {
        status["phase"] = exitCode == 0 ? "Succeeded" : "Failed";
        status["containerStatuses"] = ContainerStatuses.Make(
            pod, before => ContainerStatuses.Terminated(before, exitCode, now), ready: false, ended: true);
        SetReady(pod, status, false, now, exitCode == 0 ? "PodCompleted" : "PodFailed");
    }

    private static void SetReady(JsonObject pod, JsonObject status, bool ready, DateTimeOffset now, string reason = "ContainersNotReady")
    {
        string names = string.Join(' ', PodState.Containers(pod).Select(container => container.Text("name")));
        string message = ready || reason != "ContainersNotReady" ? "" : $"containers with unready status: [{names}]";
        foreach (string type in (string[])["ContainersReady", "Ready"])
        {
            status.SetCondition(type, ready ? "True" : "False", ready ? "" : reason, message, now);
        }

        status.SetCondition("PodScheduled", "True", "", "", now);
    }

    private static Outcome Write(JsonObject pod, Action<JsonObject> change)
    {
        JsonObject changed = pod.Copy();
        change(changed.Ensure("status"));
        return new Outcome([new Change.Update(Kind.Pod, changed)]);
    }

    private static Outcome When(TimeSpan spent, TimeSpan needed, Func<Outcome> then) =>
        needed == Timeout.InfiniteTimeSpan ? Outcome.Nothing : spent >= needed ? then() : Outcome.After(needed - spent);

    private static Outcome Sooner(Outcome outcome, TimeSpan? again) =>
        outcome.Again is { } planned && again is { } other ? outcome with { Again = planned < other ? planned : other }
        : outcome with { Again = outcome.Again ?? again };

    private static TimeSpan StartAfter(JsonObject pod, KubeletSettings settings) =>
        SandboxAnnotations.Duration(pod, SandboxAnnotations.StartAfter) ?? settings.StartAfter;

    private static TimeSpan ReadyAfter(JsonObject pod, KubeletSettings settings) =>
        SandboxAnnotations.Duration(pod, SandboxAnnotations.ReadyAfter) ?? settings.ReadyAfter;

    // The first restart is immediate; then 10 s, doubling up to 5 minutes, as the kubelet does.
    private static TimeSpan BackOffOf(JsonObject pod)
    {
        int restarts = pod.Items("status", "containerStatuses").Select(item => item.Number("restartCount") ?? 0).DefaultIfEmpty(0).Max();
        return restarts == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(300, 10 * Math.Pow(2, Math.Min(restarts - 1, 10))));
    }

    private static TimeSpan? EndsIn(JsonObject pod, DateTimeOffset now, KubeletSettings settings)
    {
        TimeSpan? runs = SandboxAnnotations.Duration(pod, SandboxAnnotations.RunFor)
            ?? (pod.Controller().Text("kind") == "Job" ? settings.JobRunsFor : null);
        return runs is { } span && span != Timeout.InfiniteTimeSpan && State(pod).Time("running", "startedAt") is { } started
            ? started + span - now
            : null;
    }

    private static int? Ended(JsonObject pod, DateTimeOffset now, KubeletSettings settings) =>
        EndsIn(pod, now, settings) is { } left && left <= TimeSpan.Zero
            ? int.TryParse(pod.Annotation(SandboxAnnotations.ExitCode), out int code) ? code : 0
            : null;

    private static JsonNode? State(JsonObject pod) => pod.Items("status", "containerStatuses").FirstOrDefault().At("state");

    // Of the UID, so that a pod keeps its address over the sandbox's restarts.
    private static string AddressOf(JsonObject pod)
    {
        uint hash = 2166136261;
        foreach (char letter in pod.Uid())
        {
            hash = (hash ^ letter) * 16777619;
        }

        return $"10.{128 + (hash >> 16 & 63)}.{hash >> 8 & 255}.{1 + hash % 254}";
    }
}
