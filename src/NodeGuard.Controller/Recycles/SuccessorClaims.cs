using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles;

/// <summary>Which recycle takes which node for its successor in this term, sooner than a watch tells the others.</summary>
internal sealed class SuccessorClaims
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _byRecycle = [];
    private readonly Dictionary<string, string> _settled = [];

    /// <summary>The UID of the node that a recycle has claimed: it stays with that one, for what it wrote may have arrived although no answer came.</summary>
    public string? Of(string recycle)
    {
        lock (_lock)
            return _byRecycle.GetValueOrDefault(recycle);
    }

    /// <summary>A recycle claims one node at a time; it takes another one when the first is gone.</summary>
    /// <param name="recycle">Its UID.</param>
    /// <param name="successor">The UID of the node.</param>
    /// <param name="exists">Whether a recycle of that UID still exists.</param>
    /// <returns>False when another recycle has claimed the node.</returns>
    public bool Take(string recycle, string successor, Func<string, bool> exists)
    {
        lock (_lock)
        {
            if (_byRecycle.Any(claim => claim.Key != recycle && claim.Value == successor && exists(claim.Key)))
                return false;
            _byRecycle[recycle] = successor;
            return true;
        }
    }

    /// <summary>The node came for a recycle that has ended, and is nobody else's, also when the recycle that says so was deleted.</summary>
    /// <param name="node">Its UID.</param>
    public bool IsSettled(string node)
    {
        lock (_lock)
            return _settled.ContainsKey(node);
    }

    /// <summary>It has ended.</summary>
    /// <param name="recycle">Its UID.</param>
    /// <param name="successor">The node that its status names; null for none.</param>
    /// <param name="uidOf">From the name of a node to the UID of the one that has it now.</param>
    public void End(string recycle, SuccessorNode? successor, Func<string, string?> uidOf)
    {
        lock (_lock)
        {
            _byRecycle.Remove(recycle);
            if (successor is not { Name: { } name, Uid: { } uid } || !_settled.TryAdd(uid, name))
                return;
            foreach (string gone in _settled.Where(node => uidOf(node.Value) != node.Key).Select(static node => node.Key).ToArray())
                _settled.Remove(gone);
        }
    }
}
