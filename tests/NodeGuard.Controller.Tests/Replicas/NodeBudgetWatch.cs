using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Controller.Tests.Replicas;

/// <summary>Follows a pool's nodes by the API alone, and counts after each single change: no instant is missed.</summary>
internal sealed class NodeBudgetWatch(IKubeApi api, string pool, int size)
{
    private readonly Dictionary<string, Node> _nodes = [];
    private readonly HashSet<string> _first = [];

    public int MostUnavailable { get; private set; }

    public int Changes { get; private set; }

    /// <summary>Nodes that were there at the beginning.</summary>
    public int Old => _first.Count;

    /// <summary>What the fullest moment was made of.</summary>
    public string Fullest { get; private set; } = string.Empty;

    /// <summary>Ends with <paramref name="stop"/>; a watch that the server ends is opened again where it was.</summary>
    public async Task RunAsync(TaskCompletionSource began, CancellationToken stop)
    {
        var (nodes, version, failure) = await PagedList.ReadAsync(api, ResourceTypes.Nodes, new ListQuery(LabelSelector: $"pool={pool}"), stop);
        if (failure is not null)
            throw new InvalidOperationException(failure.ToString());
        foreach (Node node in nodes)
        {
            _nodes[node.Metadata.Uid!] = node;
            _first.Add(node.Metadata.Uid!);
        }

        began.SetResult();
        while (!stop.IsCancellationRequested)
        {
            await foreach (WatchEvent<Node> told in api.WatchAsync(ResourceTypes.Nodes, new WatchQuery(LabelSelector: $"pool={pool}", ResourceVersion: version), stop))
                version = Take(told) ?? version;
        }
    }

    private string? Take(WatchEvent<Node> told)
    {
        switch (told)
        {
            case WatchEvent<Node>.Added { Value: var node }:
                return Put(node);
            case WatchEvent<Node>.Modified { Value: var node }:
                return Put(node);
            case WatchEvent<Node>.Deleted { Value: var node }:
                _nodes.Remove(node.Metadata.Uid!);
                _first.Remove(node.Metadata.Uid!);
                Count();
                return node.Metadata.ResourceVersion;
            case WatchEvent<Node>.Bookmark bookmark:
                return bookmark.ResourceVersion;
            case WatchEvent<Node>.Failed { Failure: var failure }:
                throw new InvalidOperationException($"the watcher has lost its watch: {failure}");
            default:
                return null;
        }
    }

    private string? Put(Node node)
    {
        _nodes[node.Metadata.Uid!] = node;
        Count();
        return node.Metadata.ResourceVersion;
    }

    private void Count()
    {
        Changes++;
        int missing = Math.Max(0, size - _nodes.Count);
        int serving = _nodes.Values.Count(static node =>
            node.Spec?.Unschedulable != true && node.Status?.Conditions?.Exists(static condition => condition is { Type: "Ready", Status: "True" }) == true);
        int unavailable = Math.Max(0, size - serving);
        if (unavailable <= MostUnavailable)
            return;
        MostUnavailable = unavailable;
        Fullest = $"{unavailable} of {size}: {missing} missing, {_nodes.Values.Count(static node => node.Spec?.Unschedulable == true)} cordoned, {_nodes.Count} there";
    }
}
