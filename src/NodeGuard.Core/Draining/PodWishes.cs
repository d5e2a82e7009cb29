using System.Globalization;

namespace NodeGuard.Core.Draining;

/// <summary>What a pod's annotations and labels ask of a drain besides skipping it.</summary>
internal static class PodWishes
{
    public const string WaitForCompletionValue = "wait-for-completion";

    public static bool WaitsForCompletion(DrainPod pod) =>
        pod.Annotations.GetValueOrDefault(DrainKeys.Drain) == WaitForCompletionValue
        || pod.Labels.GetValueOrDefault(DrainKeys.ClusterApiDrain) == "wait-completed";

    public static int Order(DrainPod pod) =>
        pod.Annotations.TryGetValue(DrainKeys.DrainOrder, out var text) && TryOrder(text, out int order) ? order : 0;

    public static string? OrderProblem(DrainPod pod) =>
        pod.Annotations.TryGetValue(DrainKeys.DrainOrder, out var text) && !TryOrder(text, out _)
            ? $"its annotation {DrainKeys.DrainOrder} is \"{text}\", not a whole number: taken as 0"
            : null;

    /// <summary>Until when the pod asks not to be disrupted; null when it does not ask, or no more.</summary>
    public static DateTimeOffset? UndisturbedUntil(DrainPod pod, DrainOptions options, DateTimeOffset drainStarted, DateTimeOffset now)
    {
        if (pod.IsFinished || !pod.Annotations.TryGetValue(DrainKeys.KarpenterDoNotDisrupt, out var text) || text == "false")
        {
            return null;
        }

        // A value that nobody can read is a wish all the same.
        var wished = GoDuration.TryParse(text, out var length) && pod.StartedAt is { } started
            ? Later(started, length)
            : DateTimeOffset.MaxValue;
        var respected = options.RespectDoNotDisruptFor is { } limit ? Later(drainStarted, limit) : DateTimeOffset.MaxValue;
        var until = wished < respected ? wished : respected;
        return until > now ? until : null;
    }

    private static DateTimeOffset Later(DateTimeOffset from, TimeSpan by) =>
        by > DateTimeOffset.MaxValue - from ? DateTimeOffset.MaxValue : from + by;

    private static bool TryOrder(string text, out int order) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out order);
}
