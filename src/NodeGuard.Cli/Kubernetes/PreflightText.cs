using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Draining.Preflight;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>The findings of preflight: a table, then each one's fix and owner, which must never be cut.</summary>
internal static class PreflightText
{
    public static void Write(CliConsole console, OutputFormat format, PreflightReport report)
    {
        if (format.IsForPrograms())
        {
            StructuredOutput.Write(console, format, report, ClusterJson.Default.PreflightReport);
            return;
        }

        if (report.Findings.Count > 0)
        {
            var table = new TextTable(
                new TextColumn("SEVERITY"), new TextColumn("CHECK"), new TextColumn("OBJECT", Flexible: true), new TextColumn("NODES", Flexible: true), new TextColumn("FINDING", Flexible: true));
            foreach (var finding in report.Findings)
                table.Add(Word(finding.Severity), Name(finding.Check), finding.Subjects.Count > 0 ? finding.Subjects[0] : null, Few(finding.Nodes), finding.Finding);
            table.Write(console);
            foreach (var finding in report.Findings.Where(finding => finding.Severity is not PreflightSeverity.Note || format is OutputFormat.Wide))
                WriteDetail(console, finding);
            console.WriteLine("");
        }

        console.WriteLine(Summary(report));
        console.WriteNote(report.Coarse);
    }

    private static void WriteDetail(CliConsole console, PreflightFinding finding)
    {
        console.WriteLine("");
        var fields = new FieldList();
        fields.Add(finding.Subjects.Count > 0 ? finding.Subjects[0] : "Cluster", finding.Finding);
        if (finding.Subjects.Count > 1)
            fields.Add("With", Few(finding.Subjects.Skip(1).ToList()));
        fields.Add("Fix", finding.Fix);
        if (finding.Owner is { } owner)
            fields.Add("Ask", Owner(owner));
        fields.Write(console);
    }

    private static string Owner(OwnerContact owner)
    {
        var controllers = owner.Controllers.Count == 0 ? $"Namespace {owner.Namespace}" : string.Join(" < ", owner.Controllers);
        return owner.Hints.Count == 0 ? controllers : $"{controllers}; {string.Join("; ", owner.Hints)}";
    }

    private static string Few(IReadOnlyList<string> names) =>
        names.Count <= 5 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} and {names.Count - 5} more";

    private static string Summary(PreflightReport report)
    {
        var nodes = report.Nodes.Count == 1 ? report.Nodes[0] : $"{report.Nodes.Count} nodes";
        var blockers = report.Findings.Count(static finding => finding.Severity is PreflightSeverity.Blocker);
        var warnings = report.Findings.Count(static finding => finding.Severity is PreflightSeverity.Warning);
        if (blockers == 0)
            return warnings == 0 ? $"Nothing would stop a drain of {nodes}." : $"Nothing would stop a drain of {nodes} for ever; warnings: {warnings}.";
        return $"A drain of {nodes} would not end: blockers: {blockers}, warnings: {warnings}.";
    }

    private static TextCell Word(PreflightSeverity severity) => severity switch
    {
        PreflightSeverity.Blocker => new TextCell("blocker", Tone.Bad),
        PreflightSeverity.Warning => new TextCell("warning", Tone.Warning),
        _ => new TextCell("note", Tone.Faint),
    };

    private static string Name(PreflightCheck check) => check switch
    {
        PreflightCheck.BudgetNeverAllows => "budget-never-allows",
        PreflightCheck.BudgetAllowsNoneNow => "budget-allows-none-now",
        PreflightCheck.BudgetNotSynced => "budget-not-synced",
        PreflightCheck.OverlappingBudgets => "overlapping-budgets",
        PreflightCheck.UnownedPod => "unowned-pod",
        PreflightCheck.LocalData => "local-data",
        PreflightCheck.FitsNowhere => "fits-nowhere",
        PreflightCheck.FitsNotTogether => "fits-not-together",
        PreflightCheck.DoNotDisrupt => "do-not-disrupt",
        PreflightCheck.CrashLoopUnderBudget => "crash-loop-under-budget",
        PreflightCheck.DaemonSetPod => "daemonset-pod",
        PreflightCheck.Finalizer => "finalizer",
        PreflightCheck.LongGrace => "long-grace",
        _ => "not-read",
    };
}
