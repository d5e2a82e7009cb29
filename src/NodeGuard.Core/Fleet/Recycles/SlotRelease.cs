namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>When a slot is given back.</summary>
public static class SlotRelease
{
    /// <summary>
    /// A node that exists counts by its own state from then on. One that is gone with no successor that proved well is
    /// missing from the fleet, and nothing but its slot says so.
    /// </summary>
    /// <param name="phase">Null: the NodeRecycle is gone.</param>
    /// <param name="nodeExists">The node whose UID the slot names.</param>
    /// <param name="acted">Something was asked of the machine.</param>
    /// <param name="acknowledged">A person has lifted a freeze since, or deleted the NodeRecycle.</param>
    /// <param name="undone">The node has neither our cordon nor our taint any more.</param>
    public static bool IsDue(RecyclePhase? phase, bool nodeExists, bool acted, bool acknowledged, bool undone) => phase switch
    {
        null => true,
        RecyclePhase.Succeeded => undone,
        RecyclePhase.Cancelled => undone,
        RecyclePhase.Failed => undone && (nodeExists || !acted || acknowledged),
        _ => false,
    };
}
