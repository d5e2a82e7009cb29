namespace NodeGuard.Core.Draining.Preflight;

/// <summary>Tells, before anything is touched, what would stop a drain, what it would lose, and whom to ask.</summary>
public sealed class DrainPreflight
{
    private readonly PreflightOptions _options;
    private readonly BudgetChecks _budgets;
    private readonly PodChecks _pods;
    private readonly PlacementCheck _placement;
    private readonly ILookup<string, PreflightPod> _podsByNode;

    private DrainPreflight(PreflightInput input, PreflightOptions options)
    {
        var owners = new OwnerDirectory(input);
        _options = options;
        _budgets = new BudgetChecks(input, owners);
        _pods = new PodChecks(input, options, owners);
        _placement = new PlacementCheck(input, owners);
        _podsByNode = input.Pods.ToLookup(static pod => pod.NodeName);
    }

    /// <param name="nodes">Names of the nodes to be drained together.</param>
    public static PreflightReport Examine(PreflightInput input, IReadOnlyList<string> nodes, PreflightOptions options) =>
        Report(input, nodes, new DrainPreflight(input, options).Find(nodes));

    /// <summary>As if each node were drained alone; what concerns several nodes is told once.</summary>
    public static PreflightReport ExamineEach(PreflightInput input, IReadOnlyList<string> nodes, PreflightOptions options)
    {
        var preflight = new DrainPreflight(input, options);
        var findings = nodes.SelectMany(node => preflight.Find([node]))
            .GroupBy(static finding => (finding.Check, Subject: finding.Subjects.Count > 0 ? finding.Subjects[0] : "", finding.Severity, finding.Finding))
            .Select(static same => same.First() with
            {
                Nodes = [.. same.SelectMany(static finding => finding.Nodes).Distinct()],
                Subjects = [.. same.SelectMany(static finding => finding.Subjects).Distinct()],
            });
        return Report(input, nodes, findings);
    }

    private static PreflightReport Report(PreflightInput input, IReadOnlyList<string> nodes, IEnumerable<PreflightFinding> findings) => new(
        nodes,
        [.. findings.Concat(input.Unread.Select(NotRead)).OrderByDescending(static finding => finding.Severity).ThenBy(static finding => finding.Check)],
        PlacementCheck.Coarse);

    private List<PreflightFinding> Find(IReadOnlyList<string> nodes)
    {
        var drained = nodes.ToHashSet(StringComparer.Ordinal);
        var pods = drained.SelectMany(node => _podsByNode[node])
            .Where(pod => !pod.Mirror && !IsSkipped(pod) && _options.PodSelector.Matches(pod.Markings.Labels))
            .OrderBy(static pod => pod.FullName, StringComparer.Ordinal)
            .ToList();
        var evicted = pods.Where(static pod => pod.Controller is not { IsDaemonSet: true } || pod.Finished).ToList();
        var findings = new List<PreflightFinding>();
        if (!_options.DisableEviction)
            findings.AddRange(_budgets.Find(evicted));
        findings.AddRange(pods.SelectMany(_pods.Find));
        findings.AddRange(_placement.Find(drained, evicted));
        return findings;
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
