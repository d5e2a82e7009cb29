using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Core.Images;

/// <summary>Who changed a package: an update that NodeGuard ran, or what apt noted down.</summary>
public static class DriftCauses
{
    /// <summary>The same differences, those of packages with their cause where one is written down.</summary>
    /// <param name="differences">Of a host.</param>
    /// <param name="updates">NodeGuard's own, newest first.</param>
    /// <param name="apt">apt's history, oldest first; null where it could not be read.</param>
    public static IReadOnlyList<ImageDifference> Tell(IReadOnlyList<ImageDifference> differences, IReadOnlyList<UpdateRun> updates, IReadOnlyList<AptRun>? apt) =>
        [.. differences.Select(difference => difference.Kind == DifferenceKind.Package ? difference with { Cause = CauseOf(difference, updates, apt) } : difference)];

    private static string? CauseOf(ImageDifference difference, IReadOnlyList<UpdateRun> updates, IReadOnlyList<AptRun>? apt)
    {
        int colon = difference.Name.LastIndexOf(':');
        string name = difference.Name[..colon], architecture = difference.Name[(colon + 1)..];
        // What is half done has its state behind the version.
        string? version = difference.Found?.Split(' ')[0];
        // The agent's own updates go through apt too, which knows less of them.
        if (updates.FirstOrDefault(run => run.Changes?.Any(change => change.Name == name && change.Architecture == architecture && change.To == version) == true) is { } update)
            return $"nodeguard's update {update.Id}, wanted by {update.By}";
        if (apt is null)
            return null;
        return AptHistoryReader.LastOf(apt, name, architecture, version)?.Told ?? "apt's history does not tell of it: dpkg itself, or another tool";
    }
}
