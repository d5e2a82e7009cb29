using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles;

/// <summary>How long each phase may take, and how a node is drained, by its policy as it is now; without one, by the defaults.</summary>
internal sealed class RecycleSettings(NodePolicySpec? policy)
{
    /// <summary>A cordon is one write; that it is not seen after so long means that something is broken.</summary>
    private static readonly TimeSpan CordonTime = TimeSpan.FromMinutes(5);

    /// <summary>The drain ends by its own timeout; this is for one that nobody runs.</summary>
    private static readonly TimeSpan DrainMargin = TimeSpan.FromMinutes(10);

    public TimeSpan MinReady => Duration(policy?.Health?.MinReady, "2m");

    public TimeSpan DrainTimeout => Duration(policy?.Drain?.Timeout, "1h");

    /// <summary>For one answer.</summary>
    public TimeSpan WebhookTimeout => Duration(policy?.Replacement?.Webhook?.Timeout, "10s");

    /// <param name="first">The new machine comes first, and the node waits for it.</param>
    /// <returns>Null: the phase ends by what happens, not by time.</returns>
    public TimeSpan? TimeFor(RecyclePhase phase, bool first) => phase switch
    {
        RecyclePhase.Cordoned => first ? CordonTime + MachineTime + HealthTime : CordonTime,
        RecyclePhase.Draining => DrainTimeout + DrainMargin,
        RecyclePhase.Acting => MachineTime,
        RecyclePhase.Verifying => HealthTime,
        _ => null,
    };

    private TimeSpan MachineTime => Duration(policy?.Replacement?.Timeout, "30m");

    private TimeSpan HealthTime => Duration(policy?.Health?.Timeout, "15m");

    /// <param name="left">Until the drain's timeout.</param>
    public DrainOptions Drain(string cordonId, TimeSpan left, bool forced) => new()
    {
        IgnoreDaemonSets = true,
        DeleteEmptyDirData = policy?.Drain?.DeleteEmptyDirData ?? true,
        Force = forced || policy?.Drain?.Force == true,
        GracePeriod = policy?.Drain?.GracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        // Zero would be for ever.
        Timeout = left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1),
        CordonId = cordonId,
        KeepCordoned = true,
        RespectDoNotDisruptFor = policy?.Drain?.RespectDoNotDisruptFor is { } respect ? Duration(respect, "0s") : null,
        VolumeDetachTimeout = Duration(policy?.Drain?.VolumeDetachTimeout, "2m"),
    };

    // A policy that cannot be read starts nothing; what runs already is finished with the defaults.
    private static TimeSpan Duration(string? text, string otherwise) =>
        GoDuration.TryParse(text ?? otherwise, out TimeSpan duration) ? duration
        : GoDuration.TryParse(otherwise, out TimeSpan other) ? other
        : throw new InvalidOperationException($"\"{otherwise}\" is no duration");
}
