using NodeGuard.Core.Fleet.Freezes;
using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Controller.Metrics;

/// <summary>The bounded values of labels.</summary>
internal static class MetricWords
{
    public const string Unknown = "unknown";

    /// <summary>Of a freeze, as far as this version knows them.</summary>
    public static IReadOnlyList<string> Causes { get; } = ["failed_recycles", "failed_wave", "unhealthy_nodes", "same_cause", "same_packages", Unknown];

    public static string Of(RecyclePhase phase) => phase switch
    {
        RecyclePhase.Pending => "pending",
        RecyclePhase.Cordoned => "cordoned",
        RecyclePhase.Draining => "draining",
        RecyclePhase.Acting => "acting",
        RecyclePhase.Verifying => "verifying",
        RecyclePhase.Succeeded => "succeeded",
        RecyclePhase.Failed => "failed",
        RecyclePhase.Cancelled => "cancelled",
        _ => Unknown,
    };

    public static string Of(RecycleReason? reason) => reason switch
    {
        RecycleReason.Manual => "manual",
        RecycleReason.Unhealthy => "unhealthy",
        RecycleReason.Image => "image",
        RecycleReason.Drift => "drift",
        RecycleReason.Age => "age",
        RecycleReason.Reboot => "reboot",
        RecycleReason.Update => "update",
        _ => Unknown,
    };

    public static string OfCause(string? cause) => cause switch
    {
        FreezeRules.FailedRecycles => "failed_recycles",
        FreezeRules.FailedWave => "failed_wave",
        FreezeRules.UnhealthyNodes => "unhealthy_nodes",
        FreezeRules.SameCause => "same_cause",
        FreezeRules.SamePackages => "same_packages",
        _ => Unknown,
    };

    public static string Of(Kubernetes.Results.ApiFailureKind kind) => kind.ToString().ToLowerInvariant();
}
