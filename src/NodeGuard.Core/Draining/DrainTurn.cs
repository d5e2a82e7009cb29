namespace NodeGuard.Core.Draining;

public enum DrainTier
{
    Ordinary,

    /// <summary>Priority of the system classes: others may need them until they are gone.</summary>
    Critical,

    /// <summary>Pods of DaemonSets that may not stay: drivers of what the others use.</summary>
    DaemonSet,
}

/// <summary>When a pod goes: a turn starts when every pod of the earlier ones is gone.</summary>
public readonly record struct DrainTurn(DrainTier Tier, int Order) : IComparable<DrainTurn>
{
    // system-cluster-critical; user-defined classes end at one billion.
    private const int SystemPriority = 2_000_000_000;

    public static DrainTurn Of(DrainPod pod) => new(TierOf(pod), PodWishes.Order(pod));

    public int CompareTo(DrainTurn other) => Tier == other.Tier ? Order.CompareTo(other.Order) : Tier.CompareTo(other.Tier);

    public static bool operator <(DrainTurn left, DrainTurn right) => left.CompareTo(right) < 0;

    public static bool operator >(DrainTurn left, DrainTurn right) => left.CompareTo(right) > 0;

    public static bool operator <=(DrainTurn left, DrainTurn right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DrainTurn left, DrainTurn right) => left.CompareTo(right) >= 0;

    private static DrainTier TierOf(DrainPod pod)
    {
        // A finished pod serves nobody; it goes first.
        if (pod.IsFinished)
        {
            return DrainTier.Ordinary;
        }

        if (pod.IsDaemonSetPod)
        {
            return DrainTier.DaemonSet;
        }

        return pod.Priority >= SystemPriority || pod.PriorityClass.StartsWith("system-", StringComparison.Ordinal)
            ? DrainTier.Critical
            : DrainTier.Ordinary;
    }
}
