using NodeGuard.Core.Units;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Testing.Fleet;

/// <summary>What a look at the API showed of a pool.</summary>
/// <param name="Missing">Nodes that the pool should have and that are not there.</param>
internal sealed record PoolLook(DateTimeOffset At, int Nodes, int Missing, int NotReady, int Cordoned, int FirstGeneration, TimeSpan Oldest)
{
    public int Unavailable => Missing + NotReady + Cordoned;
}

/// <summary>Watches a pool by nothing but the API, beside the controller: what its budget was, and whether it held.</summary>
internal sealed class FleetWatch(FleetStage stage, string label, int size, CountOrPercent budget)
{
    private HashSet<string>? _first;

    public PoolLook? Last { get; private set; }

    public int MostUnavailable { get; private set; }

    public int Allowed => budget.UnavailableOf(size);

    public TimeSpan Oldest { get; private set; }

    /// <summary>Others than the controller take nodes away.</summary>
    public bool IsDisturbed { get; set; }

    public async Task<PoolLook> LookAsync()
    {
        Node[] nodes = [.. (await stage.AllAsync(ResourceTypes.Nodes)).Where(node => node.Metadata.Labels?.GetValueOrDefault("pool") == label)];
        DateTimeOffset now = stage.Clock.GetUtcNow();
        _first ??= [.. nodes.Select(static node => node.Metadata.Uid!)];
        Node[] ready = [.. nodes.Where(static node => node.Status?.Conditions?.Exists(static condition => condition is { Type: "Ready", Status: "True" }) == true)];
        // Machines on their way beyond the pool's size are nobody's loss.
        int missing = Math.Max(0, size - nodes.Length);
        int notReady = Math.Max(0, Math.Min(nodes.Length, size) - ready.Length);
        var look = new PoolLook(
            now, nodes.Length, missing, notReady, ready.Count(static node => node.Spec?.Unschedulable == true),
            nodes.Count(node => _first.Contains(node.Metadata.Uid!)),
            nodes.Length == 0 ? TimeSpan.Zero : nodes.Max(node => now - node.Metadata.CreationTimestamp!.Value));
        Last = look;
        MostUnavailable = Math.Max(MostUnavailable, look.Unavailable);
        Oldest = look.Oldest > Oldest ? look.Oldest : Oldest;
        return look;
    }
}
