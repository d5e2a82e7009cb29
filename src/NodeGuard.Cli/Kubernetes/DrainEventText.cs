using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Draining;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>One event as one line for a person, without the node's name.</summary>
internal static class DrainEventText
{
    /// <returns>Null for events that only move a counter.</returns>
    public static TextCell? Of(DrainEvent drainEvent) => drainEvent switch
    {
        DrainEvent.Cordoned cordoned => new TextCell(Cordon(cordoned) + DryRun(cordoned.DryRun)),
        DrainEvent.Uncordoned uncordoned => new TextCell("uncordoned: left as it was found" + DryRun(uncordoned.DryRun)),
        DrainEvent.Planned planned => new TextCell($"{Pods(planned.ToEvict)} to evict, {planned.ToSkip} to leave"),
        DrainEvent.Skipped skipped => new TextCell($"pod {skipped.Pod} stays: {skipped.Message}", Tone.Faint),
        DrainEvent.Warning { Pod: { } pod } warning => new TextCell($"warning: pod {pod}: {warning.Message}", Tone.Warning),
        DrainEvent.Warning warning => new TextCell($"warning: {warning.Message}", Tone.Warning),
        DrainEvent.Evicting evicting => new TextCell($"{(evicting.Delete ? "deleting" : "evicting")} pod {evicting.Pod}{DryRun(evicting.DryRun is not DrainDryRun.None)}"),
        DrainEvent.Evicted evicted => new TextCell($"pod {evicted.Pod} is gone", Tone.Good),
        DrainEvent.Blocked blocked => new TextCell(Blocked(blocked), Tone.Warning),
        DrainEvent.Waiting { Reason: not WaitReason.Turn } waiting => new TextCell($"waiting for pod {waiting.Pod}: {waiting.Message}"),
        DrainEvent.Failed { Pod: { } pod } failed => new TextCell($"failed: pod {pod}: {failed.Message}", Tone.Bad),
        DrainEvent.Failed failed => new TextCell($"failed: {failed.Message}", Tone.Bad),
        DrainEvent.VolumesWaiting volumes => new TextCell($"waiting for {(volumes.Volumes.Count == 1 ? "volume" : "volumes")} {string.Join(", ", volumes.Volumes)} to be detached"),
        DrainEvent.Finished finished => Finished(finished.Result),
        // With its type: a null alone would be the text of an empty cell.
        _ => (TextCell?)null,
    };

    public static TextCell Outcome(DrainOutcome outcome) => outcome switch
    {
        DrainOutcome.Drained => new TextCell("drained", Tone.Good),
        DrainOutcome.Failed => new TextCell("failed", Tone.Bad),
        DrainOutcome.BlockedUntilTimeout => new TextCell("blocked", Tone.Bad),
        _ => new TextCell("cancelled", Tone.Warning),
    };

    public static string Owner(CordonOwner owner) => owner switch
    {
        CordonOwner.None => "none",
        CordonOwner.Us => "by this drain",
        CordonOwner.EarlierDrain => "by an earlier drain",
        _ => "by somebody else",
    };

    private static string Cordon(DrainEvent.Cordoned cordoned) => cordoned.Already
        ? $"was cordoned already, {Owner(cordoned.Owner)}"
        : "cordoned";

    private static TextCell Finished(NodeDrainResult result)
    {
        var outcome = Outcome(result.Outcome);
        return outcome with { Text = $"{outcome.Text} after {TimeText.Duration(result.Duration)}: {result.Message}" };
    }

    private static string Blocked(DrainEvent.Blocked blocked)
    {
        var remedy = blocked.Remedy.Length == 0 ? "" : $"; {blocked.Remedy}";
        var since = blocked.At - blocked.Since;
        var held = since < TimeSpan.FromSeconds(1) ? "" : $" for {TimeText.Duration(since)}";
        return $"pod {blocked.Pod} is blocked{held}{By(blocked)}: {blocked.Reason}{remedy}";
    }

    public static string By(DrainEvent.Blocked blocked) => blocked switch
    {
        { Budgets.Count: > 1 } => $" by budgets {string.Join(", ", blocked.Budgets)}",
        { Budgets.Count: 1 } => $" by budget {blocked.Budgets[0]}",
        { Kind: BlockKind.Webhook } => " by an admission webhook",
        { Kind: BlockKind.DoNotDisrupt } => $" by {DrainKeys.KarpenterDoNotDisrupt}",
        { Kind: BlockKind.WaitForCompletion } => " until it has run to its end",
        _ => "",
    };

    private static string Pods(int count) => count == 1 ? "1 pod" : $"{count} pods";

    private static string DryRun(bool dryRun) => dryRun ? " (dry run)" : "";
}
