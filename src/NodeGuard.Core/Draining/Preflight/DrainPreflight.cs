namespace NodeGuard.Core.Draining.Preflight;

/// <summary>Tells, before anything is touched, what would stop a drain, what it would lose, and whom to ask.</summary>
public static class DrainPreflight
{
    /// <param name="nodes">Names of the nodes to be drained together.</param>
    public static PreflightReport Examine(PreflightInput input, IReadOnlyList<string> nodes, PreflightOptions options)
    {
        var drained = nodes.ToHashSet(StringComparer.Ordinal);
        var owners = new OwnerDirectory(input);
        var pods = input.Pods
            .Where(pod => drained.Contains(pod.NodeName) && !pod.Mirror && !IsSkipped(pod) && options.PodSelector.Matches(pod.Markings.Labels))
            .OrderBy(static pod => pod.FullName, StringComparer.Ordinal)
            .ToList();
        var evicted = pods.Where(static pod => pod.Controller is not { IsDaemonSet: true } || pod.Finished).ToList();
        var podChecks = new PodChecks(input, options, owners);
        var findings = new List<PreflightFinding>();
        if (!options.DisableEviction)
            findings.AddRange(new BudgetChecks(input, owners).Find(evicted));
        findings.AddRange(pods.SelectMany(podChecks.Find));
        findings.AddRange(new PlacementCheck(input, owners).Find(drained, evicted));
        findings.AddRange(input.Unread.Select(NotRead));
        return new PreflightReport(
            nodes, [.. findings.OrderByDescending(static finding => finding.Severity).ThenBy(static finding => finding.Check)], PlacementCheck.Coarse);
    }

    // Skipped by the drain, so nothing about them can stop it.
    private static bool IsSkipped(PreflightPod pod) =>
        pod.Markings.Annotations.GetValueOrDefault(DrainKeys.Drain) is "skip"
        || string.Equals(pod.Markings.Labels.GetValueOrDefault(DrainKeys.ClusterApiDrain), "skip", StringComparison.OrdinalIgnoreCase);

    private static PreflightFinding NotRead(string sentence) =>
        new(
            PreflightSeverity.Warning, PreflightCheck.NotRead, [], [], sentence,
            "what depends on it was not checked: ask again with rights to read it", Owner: null);
}
