using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Hosting;

/// <summary>What a sandbox starts with.</summary>
public sealed record SandboxOptions
{
    /// <summary>How many nodes a new cluster has.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary><c>demo</c>, <c>none</c>, or a manifest's path.</summary>
    public string Workloads { get; init; } = "none";

    /// <summary>Further manifests, applied in their order at every start.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Where the objects are kept; null keeps them in memory only.</summary>
    public string? Data { get; init; }

    /// <summary>Simulated seconds per second.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Faults and deeds as text.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Machine pools of a new cluster; their nodes come besides <see cref="Nodes"/>.</summary>
    public IReadOnlyList<PoolSpec> Pools { get; init; } = [];

    /// <summary>Of the webhook provider's plain HTTP; 0 takes a free one. It listens when a pool has that provider.</summary>
    public int WebhookPort { get; init; }

    public KubeletSettings Kubelets { get; init; } = new();
}
