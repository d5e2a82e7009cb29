namespace NodeGuard.Sandbox.Simulation.Nodes;

/// <summary>How the simulated kubelets behave where no annotation says otherwise.</summary>
public sealed record KubeletSettings
{
    public TimeSpan StartAfter { get; init; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan ReadyAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long containers take to end after SIGTERM; never longer than the pod's grace period.</summary>
    public TimeSpan StopAfter { get; init; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan DetachAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a Job's pod runs.</summary>
    public TimeSpan JobRunsFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The kubelet's lease renewal; a quarter of the lease's 40 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>kube-controller-manager's --node-monitor-grace-period since Kubernetes 1.32.</summary>
    public TimeSpan MonitorGrace { get; init; } = TimeSpan.FromSeconds(50);
}
