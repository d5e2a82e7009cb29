using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Draining;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>The table at the end of a drain, and every pod that should have gone with what keeps it.</summary>
internal static class DrainResultText
{
    public static void Write(CliConsole console, IReadOnlyList<NodeDrainResult> results)
    {
        if (results.Count == 0)
            return;
        console.WriteLine("");
        var table = new TextTable(
            new("NODE"), new("RESULT"), new("EVICTED", RightAligned: true), new("LEFT", RightAligned: true), new("STAY", RightAligned: true),
            new("CORDON"), new("TOOK", RightAligned: true));
        foreach (var result in results.OrderBy(static result => result.Node, StringComparer.Ordinal))
        {
            table.Add(
                result.Node, DrainEventText.Outcome(result.Outcome), $"{result.Counts.Evicted}", $"{result.LeftPods.Count}", $"{result.SkippedPods}",
                DrainEventText.Owner(result.Cordon), TimeText.Duration(result.Duration));
        }

        table.Write(console);
        foreach (var result in results.Where(static result => result.Outcome is not DrainOutcome.Drained || result.Volumes is VolumeState.StillAttached or VolumeState.Unknown))
            WriteState(console, result);
    }

    private static void WriteState(CliConsole console, NodeDrainResult result)
    {
        console.WriteLine("");
        console.WriteLine(PrintableText.Of($"{result.Node}: {result.Message}"));
        foreach (var left in result.LeftPods)
            console.WriteLine(PrintableText.Of($"  left: pod {left.Pod}: {left.Why}"));
        if (result.Volumes is VolumeState.StillAttached)
            console.WriteLine("  volumes of evicted pods are still attached; see kubectl get volumeattachments");
        else if (result.Volumes is VolumeState.Unknown && result.Outcome is DrainOutcome.Drained)
            console.WriteLine("  whether volumes are still attached could not be seen: listing volumeattachments was not allowed");
    }
}
