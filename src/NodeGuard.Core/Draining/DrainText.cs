namespace NodeGuard.Core.Draining;

/// <summary>The sentences of verdicts and of what is left.</summary>
public static class DrainText
{
    private const int NamedPods = 5;

    /// <summary>The pods that should have gone.</summary>
    public static IReadOnlyList<LeftPod> Left(IEnumerable<PodState> pods) =>
        [.. pods.Where(pod => pod.IsLeft).Select(pod => new LeftPod(pod.Pod.Id, Why(pod)))];

    internal static string Refused(IEnumerable<PodState> pods) =>
        "nothing was evicted: " + Named([.. pods.Where(pod => pod.Stage == PodStage.Refused)]);

    internal static string Lost(IEnumerable<PodState> pods) => Named([.. pods.Where(pod => pod.IsLost)]);

    internal static string Blocked(IEnumerable<PodState> pods) => Named([.. pods.Where(pod => pod.IsBlocked)]);

    internal static string TimedOut(IReadOnlyList<PodState> pods, TimeSpan timeout)
    {
        PodState[] left = [.. pods.Where(pod => pod.IsLeft)];
        // What needs somebody's hand is named first.
        PodState[] ordered = [.. left.OrderBy(pod => pod.IsBlocked ? 0 : pod.IsLost ? 1 : 2)];
        return $"not drained within {timeout:g}, {left.Length} {Noun(left.Length)} left: {Named(ordered)}";
    }

    // What keeps the pod, and what would free it.
    private static string Why(PodState pod) => pod.Stage switch
    {
        PodStage.Terminating when pod.Pod.DeletionTimestamp is { } end => $"it is ending, until {end:u} at the latest by its grace",
        PodStage.Terminating => "it is ending",
        PodStage.InFlight when !pod.WasBlocked => "its turn had come",
        PodStage.Due or PodStage.Undecided => "its turn had come",
        _ => pod.Remedy.Length > 0 ? $"{pod.Reason}; {pod.Remedy}" : pod.Reason,
    };

    private static string Named(PodState[] pods)
    {
        string named = string.Join("; ", pods.Take(NamedPods).Select(pod => $"pod {pod.Pod.Id}: {Why(pod)}"));
        return pods.Length > NamedPods ? $"{named}; and {pods.Length - NamedPods} more" : named;
    }

    private static string Noun(int count) => count == 1 ? "pod" : "pods";
}
