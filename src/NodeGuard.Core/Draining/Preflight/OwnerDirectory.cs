namespace NodeGuard.Core.Draining.Preflight;

/// <summary>Finds who answers for a pod: its controllers, and the people whom labels and annotations name.</summary>
public sealed class OwnerDirectory(PreflightInput input)
{
    // Deeper chains than pod, replica set, deployment, operator's object, its parent are not known; a loop must end.
    private const int DeepestChain = 8;

    // Conventions seen in the field; compared with the part of the key after the slash.
    private static readonly string[] PeopleKeys =
        ["owner", "team", "contact", "maintainer", "squad", "owned-by", "slack", "slack-channel", "email", "oncall", "on-call", "release-name", "instance", "managed-by"];

    private readonly Dictionary<OwnerKey, PreflightController> _controllers =
        input.Controllers.GroupBy(static controller => controller.Key).ToDictionary(static same => same.Key, static same => same.First());

    public OwnerContact Of(PreflightPod pod)
    {
        var chain = Chain(pod);
        var hints = new List<string>();
        AddHints(hints, pod.Markings, $"Pod {pod.FullName}");
        foreach (var key in chain)
        {
            if (_controllers.TryGetValue(key, out var controller))
                AddHints(hints, controller.Markings, key.ToString());
        }

        AddHints(hints, input.Namespaces.GetValueOrDefault(pod.Namespace, Markings.None), $"Namespace {pod.Namespace}");
        return new OwnerContact(pod.Namespace, [.. chain.Select(static key => key.ToString())], hints);
    }

    public OwnerContact Of(PreflightBudget budget)
    {
        var hints = new List<string>();
        AddHints(hints, budget.Markings, $"PodDisruptionBudget {budget.FullName}");
        AddHints(hints, input.Namespaces.GetValueOrDefault(budget.Namespace, Markings.None), $"Namespace {budget.Namespace}");
        var controllers = input.Pods.Where(budget.Selects).SelectMany(pod => Chain(pod).TakeLast(1)).Distinct();
        return new OwnerContact(budget.Namespace, [.. controllers.Select(static key => key.ToString()).Order(StringComparer.Ordinal)], hints);
    }

    /// <summary>From the pod's own controller up.</summary>
    public IReadOnlyList<OwnerKey> Chain(PreflightPod pod)
    {
        var chain = new List<OwnerKey>();
        for (var next = pod.Controller; next is not null && chain.Count < DeepestChain && !chain.Contains(next);)
        {
            chain.Add(next);
            next = _controllers.GetValueOrDefault(next)?.Parent;
        }

        return chain;
    }

    public int? Replicas(OwnerKey key) => _controllers.GetValueOrDefault(key)?.Replicas;

    private static void AddHints(List<string> hints, Markings markings, string of)
    {
        foreach (var (key, value) in markings.Labels.Concat(markings.Annotations).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            var name = key[(key.LastIndexOf('/') + 1)..];
            if (value.Length is > 0 and <= 128 && PeopleKeys.Contains(name, StringComparer.OrdinalIgnoreCase))
                hints.Add($"{key}={value} (of {of})");
        }
    }
}
