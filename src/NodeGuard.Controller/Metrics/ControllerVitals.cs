using NodeGuard.Hosting.Loops;

namespace NodeGuard.Controller.Metrics;

/// <summary>What a controller shows of itself.</summary>
public sealed record ControllerVitals(ControllerMetrics Metrics, LoopHeartbeats Loops);
