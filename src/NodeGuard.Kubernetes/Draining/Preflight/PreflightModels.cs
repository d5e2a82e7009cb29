using System.Globalization;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Draining.Preflight;

/// <summary>Objects of the API as preflight looks at them.</summary>
internal static class PreflightModels
{
    private static readonly Dictionary<string, string> NoLabels = [];

    public static Markings Markings(ObjectMeta metadata) => new(metadata.Labels ?? NoLabels, metadata.Annotations ?? NoLabels);

    public static PreflightNode Node(Node node) => new()
    {
        Name = node.Metadata.Name ?? "",
        Labels = node.Metadata.Labels ?? NoLabels,
        Unschedulable = node.Spec?.Unschedulable ?? false,
        Taints = [.. (node.Spec?.Taints ?? []).Select(static taint => new NodeTaint(taint.Key, taint.Value ?? "", taint.Effect))],
        Ready = IsTrue(node.Status?.Conditions, "Ready"),
        Allocatable = PodRequests.Read(node.Status?.Allocatable),
    };

    public static PreflightPod Pod(Pod pod)
    {
        var metadata = pod.Metadata;
        return new PreflightPod
        {
            Namespace = metadata.Namespace ?? "",
            Name = metadata.Name ?? "",
            NodeName = pod.Spec?.NodeName ?? "",
            Markings = Markings(metadata),
            Phase = Enum.TryParse<PodPhase>(pod.Status?.Phase, out var phase) ? phase : PodPhase.Unknown,
            Ready = IsTrue(pod.Status?.Conditions, "Ready"),
            CrashLooping = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? [])
                .Any(static status => status.State?.Waiting?.Reason == "CrashLoopBackOff"),
            Terminating = metadata.DeletionTimestamp is not null,
            Mirror = metadata.Annotations?.ContainsKey(DrainKeys.Mirror) ?? false,
            Controller = Controller(metadata),
            LocalVolumes = [.. (pod.Spec?.Volumes ?? []).Where(static volume => volume.EmptyDir is not null).Select(static volume => volume.Name)],
            Claims = [.. Claims(pod)],
            Finalizers = metadata.Finalizers ?? [],
            Grace = TimeSpan.FromSeconds(Math.Clamp(pod.Spec?.TerminationGracePeriodSeconds ?? 30, 0, int.MaxValue)),
            Requests = PodRequests.Of(pod.Spec),
            Tolerations = [.. (pod.Spec?.Tolerations ?? []).Select(Toleration)],
            Selection = Selection(pod.Spec),
        };
    }

    public static PreflightBudget Budget(PodDisruptionBudget budget)
    {
        var status = budget.Status;
        var failure = status?.Conditions?.FirstOrDefault(static condition => condition is { Type: "DisruptionAllowed", Reason: "SyncFailed" });
        var counted = status?.ObservedGeneration is { } observed && observed >= (budget.Metadata.Generation ?? 0);
        return new PreflightBudget
        {
            Namespace = budget.Metadata.Namespace ?? "",
            Name = budget.Metadata.Name ?? "",
            Markings = Markings(budget.Metadata),
            Selector = Selector(budget.Spec?.Selector),
            MinAvailable = Count(budget.Spec?.MinAvailable),
            MaxUnavailable = Count(budget.Spec?.MaxUnavailable),
            AlwaysAllowUnhealthy = budget.Spec?.UnhealthyPodEvictionPolicy == "AlwaysAllow",
            Status = counted
                ? new BudgetStatus(status!.DisruptionsAllowed, status.CurrentHealthy, status.DesiredHealthy, status.ExpectedPods, failure?.Message)
                : null,
        };
    }

    public static PreflightController Controller(OwnerKey key, ObjectMeta metadata, int? replicas) =>
        new(key, Controller(metadata), Markings(metadata), replicas);

    public static NodeSelection? Selection(NodeSelector? selector) =>
        selector is null ? null : new NodeSelection(NoLabels, [.. (selector.NodeSelectorTerms ?? []).Select(Term)]);

    private static OwnerKey? Controller(ObjectMeta metadata)
    {
        var owner = metadata.OwnerReferences?.FirstOrDefault(static reference => reference.Controller is true);
        if (owner is null)
            return null;
        var slash = owner.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        return new OwnerKey(slash < 0 ? "" : owner.ApiVersion[..slash], owner.Kind, metadata.Namespace ?? "", owner.Name);
    }

    // A generic ephemeral volume's claim is named after the pod and the volume.
    private static IEnumerable<string> Claims(Pod pod) => (pod.Spec?.Volumes ?? [])
        .Select(volume => volume.PersistentVolumeClaim?.ClaimName ?? (volume.Ephemeral is null ? null : $"{pod.Metadata.Name}-{volume.Name}"))
        .OfType<string>();

    private static PodToleration Toleration(Toleration toleration) =>
        new(toleration.Key ?? "", toleration.Operator == "Exists", toleration.Value ?? "", toleration.Effect ?? "");

    private static NodeSelection? Selection(PodSpec? spec)
    {
        var affinity = Selection(spec?.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution);
        if (spec?.NodeSelector is not { Count: > 0 } labels)
            return affinity;
        return new NodeSelection(labels, affinity?.Terms ?? []);
    }

    private static NodeTerm Term(NodeSelectorTerm term) =>
        new([.. (term.MatchExpressions ?? []).Select(Requirement)], [.. (term.MatchFields ?? []).Select(Requirement)]);

    private static NodeRequirement Requirement(NodeSelectorRequirement requirement) =>
        new(requirement.Key, Operator(requirement.Operator), requirement.Values ?? []);

    private static NodeOperator Operator(string name) => name switch
    {
        "In" => NodeOperator.In,
        "NotIn" => NodeOperator.NotIn,
        "Exists" => NodeOperator.Exists,
        "DoesNotExist" => NodeOperator.DoesNotExist,
        "Gt" => NodeOperator.GreaterThan,
        "Lt" => NodeOperator.LessThan,
        _ => NodeOperator.Unknown,
    };

    private static LabelMatch Selector(LabelSelector? selector)
    {
        if (selector is null)
            return LabelMatch.Nothing;
        var requirements = new List<SelectorRequirement>();
        foreach (var expression in selector.MatchExpressions ?? [])
        {
            if (!Enum.TryParse<SelectorOperator>(expression.Operator, out var @operator))
                return LabelMatch.Nothing;
            requirements.Add(new SelectorRequirement(expression.Key, @operator, expression.Values ?? []));
        }

        return new LabelMatch(selector.MatchLabels ?? NoLabels, requirements);
    }

    private static CountOrPercent? Count(IntOrString? count)
    {
        if (count is not { } given)
            return null;
        if (given.Text is not { } text)
            return new CountOrPercent(given.Number, IsPercent: false);
        return text is [.. var digits, '%'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? new CountOrPercent(percent, IsPercent: true)
            : null;
    }

    private static bool IsTrue(List<Condition>? conditions, string type) =>
        conditions?.Any(condition => condition.Type == type && condition.Status == "True") ?? false;
}
