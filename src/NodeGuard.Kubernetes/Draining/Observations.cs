using System.Text.Json;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Selecting;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>The API's objects as draining sees them.</summary>
public static class Observations
{
    public static DrainPod Pod(Pod pod)
    {
        var meta = pod.Metadata;
        return new DrainPod
        {
            Id = new PodId(meta.Namespace ?? string.Empty, meta.Name ?? string.Empty, meta.Uid ?? string.Empty),
            NodeName = pod.Spec?.NodeName ?? string.Empty,
            Labels = meta.Labels ?? DrainPod.NoLabels,
            Annotations = meta.Annotations ?? DrainPod.NoLabels,
            Controller = meta.OwnerReferences?.Find(owner => owner.Controller == true) is { } owner
                ? new PodController(owner.ApiVersion, owner.Kind, owner.Name, owner.Uid)
                : null,
            Phase = Phase(pod.Status?.Phase),
            Ready = pod.Status?.Conditions?.Exists(condition => condition is { Type: "Ready", Status: "True" }) ?? false,
            ContainerTrouble = Trouble(pod.Status),
            StartedAt = pod.Status?.StartTime,
            DeletionTimestamp = meta.DeletionTimestamp,
            DeletionGrace = meta.DeletionGracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Priority = pod.Spec?.Priority ?? 0,
            PriorityClass = pod.Spec?.PriorityClassName ?? string.Empty,
            HasEmptyDir = pod.Spec?.Volumes?.Exists(volume => volume.EmptyDir is not null) ?? false,
            Claims = Claims(pod),
            Tolerations = [.. (pod.Spec?.Tolerations ?? []).Select(Toleration)],
        };
    }

    public static DrainNode Node(Node node) => new()
    {
        Name = node.Metadata.Name ?? string.Empty,
        Uid = node.Metadata.Uid ?? string.Empty,
        Unschedulable = node.Spec?.Unschedulable ?? false,
        Annotations = node.Metadata.Annotations ?? DrainPod.NoLabels,
        Taints = [.. (node.Spec?.Taints ?? []).Select(taint => new NodeTaint(taint.Key, taint.Value ?? string.Empty, taint.Effect))],
        UnschedulableManager = UnschedulableManager(node.Metadata),
    };

    public static DrainBudget Budget(PodDisruptionBudget budget, DateTimeOffset seenAt)
    {
        var status = budget.Status ?? new PodDisruptionBudgetStatus();
        return new DrainBudget(
            budget.Metadata.Namespace ?? string.Empty,
            budget.Metadata.Name ?? string.Empty,
            Selector(budget.Spec?.Selector),
            budget.Spec?.MinAvailable?.ToString(),
            budget.Spec?.MaxUnavailable?.ToString(),
            budget.Spec?.UnhealthyPodEvictionPolicy == "AlwaysAllow",
            status.DisruptionsAllowed,
            status.CurrentHealthy,
            status.DesiredHealthy,
            status.ExpectedPods,
            (status.ObservedGeneration ?? 0) >= (budget.Metadata.Generation ?? 0))
        {
            SeenAt = seenAt,
        };
    }

    public static DrainAttachment Attachment(VolumeAttachment attachment) => new(
        attachment.Metadata.Name ?? string.Empty,
        attachment.Spec?.NodeName ?? string.Empty,
        attachment.Spec?.Source?.PersistentVolumeName ?? attachment.Metadata.Name ?? string.Empty);

    public static LabelMatch Selector(LabelSelector? selector)
    {
        if (selector is null)
        {
            return LabelMatch.Nothing;
        }

        var requirements = new List<SelectorRequirement>();
        foreach (var expression in selector.MatchExpressions ?? [])
        {
            // An operator of a later Kubernetes version: nothing is said to be selected, the server decides all the same.
            if (!Enum.TryParse<SelectorOperator>(expression.Operator, out var known))
            {
                return LabelMatch.Nothing;
            }

            requirements.Add(new SelectorRequirement(expression.Key, known, expression.Values ?? []));
        }

        return new LabelMatch(selector.MatchLabels ?? DrainPod.NoLabels, requirements);
    }

    private static PodPhase Phase(string? phase) => phase switch
    {
        "Running" => PodPhase.Running,
        "Succeeded" => PodPhase.Succeeded,
        "Failed" => PodPhase.Failed,
        "Pending" or null or "" => PodPhase.Pending,
        _ => PodPhase.Unknown,
    };

    private static string? Trouble(PodStatus? status) =>
        (status?.InitContainerStatuses ?? []).Concat(status?.ContainerStatuses ?? [])
            .Select(container => container.State?.Waiting?.Reason)
            .FirstOrDefault(reason => reason is not (null or "" or "ContainerCreating" or "PodInitializing"));

    private static string[] Claims(Pod pod) =>
    [
        .. (pod.Spec?.Volumes ?? [])
            .Select(volume => volume.PersistentVolumeClaim?.ClaimName
                ?? (volume.Ephemeral is null ? null : $"{pod.Metadata.Name}-{volume.Name}"))
            .OfType<string>(),
    ];

    private static PodToleration Toleration(Toleration toleration) => new(
        toleration.Key ?? string.Empty, toleration.Operator == "Exists", toleration.Value ?? string.Empty, toleration.Effect ?? string.Empty);

    // metadata.managedFields: [{manager, time, fieldsV1: {"f:spec": {"f:unschedulable": {}}}}]. Several managers may have
    // written the same value; the last one is whose word stands.
    private static string? UnschedulableManager(ObjectMeta meta)
    {
        if (meta.Unknown?.TryGetValue("managedFields", out var entries) != true || entries.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        string? manager = null;
        string newest = string.Empty;
        foreach (var entry in entries.EnumerateArray().Where(WritesUnschedulable))
        {
            // RFC 3339 in UTC: the text sorts as the time.
            string time = Text(entry, "time");
            if (manager is null || string.CompareOrdinal(time, newest) >= 0)
            {
                (manager, newest) = (Text(entry, "manager"), time);
            }
        }

        return manager;
    }

    private static bool WritesUnschedulable(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object
        && entry.TryGetProperty("fieldsV1", out var fields) && fields.ValueKind == JsonValueKind.Object
        && fields.TryGetProperty("f:spec", out var spec) && spec.ValueKind == JsonValueKind.Object
        && spec.TryGetProperty("f:unschedulable", out _);

    private static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}
