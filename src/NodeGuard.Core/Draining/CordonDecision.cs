namespace NodeGuard.Core.Draining;

/// <summary>Whose cordon a node has. Only ours is ever taken back: an admin's stays (Invariant 7).</summary>
public static class CordonDecision
{
    /// <summary>The field manager of our writes; it tells our cordon from an admin's that came after it.</summary>
    public const string FieldManager = "nodeguard-drain";

    public static CordonOwner Owner(DrainNode node, string cordonId)
    {
        if (!node.Unschedulable)
        {
            return CordonOwner.None;
        }

        // The annotation outlives `kubectl uncordon`; a later `kubectl cordon` is then seen by who wrote the field.
        bool ours = node.Annotations.GetValueOrDefault(DrainKeys.CordonedBy) == cordonId
            && node.UnschedulableManager is null or FieldManager;
        if (!ours)
        {
            return CordonOwner.Other;
        }

        return node.Annotations.ContainsKey(DrainKeys.DrainedAt) ? CordonOwner.EarlierDrain : CordonOwner.Us;
    }
}
