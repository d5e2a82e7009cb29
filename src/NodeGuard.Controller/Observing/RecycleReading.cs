using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Observing;

/// <summary>What a NodeRecycle says, in the words of the decisions.</summary>
public static class RecycleReading
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(6);

    /// <summary>A word of another version reads as null: such a recycle is left to the controller that wrote it.</summary>
    public static RecyclePhase? Phase(NodeRecycle recycle) =>
        recycle.Status?.Phase is { } word ? WireWord.Read<RecyclePhase>(word) : RecyclePhase.Pending;

    public static bool IsFinal(NodeRecycle recycle) => Phase(recycle)?.IsFinal() == true;

    /// <summary>Who it is in cordons, taints and drains.</summary>
    public static string CordonId(NodeRecycle recycle) => CordonId(recycle.Metadata.Uid ?? string.Empty);

    public static string CordonId(string recycleUid) => "recycle-" + recycleUid;

    public static IReadOnlyList<RecycleReason> Reasons(NodeRecycle recycle) =>
        [.. (recycle.Spec?.Reasons ?? []).Select(WireWord.Read<RecycleReason>).OfType<RecycleReason>().Order()];

    /// <summary>No person asked for it.</summary>
    public static bool IsAutomatic(NodeRecycle recycle) => !Reasons(recycle).Contains(RecycleReason.Manual);

    public static bool IsForced(NodeRecycle recycle) => recycle.Spec?.Force == true && !IsAutomatic(recycle);

    /// <summary>The node that is meant; empty while nobody has said which one of that name.</summary>
    public static string NodeUid(NodeRecycle recycle) => recycle.Status?.Node?.Uid ?? recycle.Spec?.NodeUid ?? string.Empty;

    public static int Attempts(NodeRecycle recycle) => recycle.Status?.Attempts ?? 0;

    public static DateTimeOffset RequestedAt(NodeRecycle recycle) => recycle.Metadata.CreationTimestamp ?? DateTimeOffset.UnixEpoch;

    public static DateTimeOffset? NotBefore(NodeRecycle recycle) =>
        Phase(recycle) == RecyclePhase.Pending && Attempts(recycle) > 0 ? recycle.Status?.PhaseSince + Rest(Attempts(recycle)) : null;

    /// <summary>Doubles with each try.</summary>
    public static TimeSpan Rest(int attempts)
    {
        TimeSpan rest = FirstRest * Math.Pow(2, Math.Clamp(attempts - 1, 0, 10));
        return rest < LongestRest ? rest : LongestRest;
    }

    /// <param name="slots">One that was given a slot is under way, although its own phase does not say so yet.</param>
    public static PlannedRecycle Planned(NodeRecycle recycle, ILookup<string, FleetSlot> slots) => new(
        recycle.Metadata.Name ?? string.Empty,
        recycle.Metadata.Uid ?? string.Empty,
        recycle.Spec?.NodeName ?? string.Empty,
        NodeUid(recycle),
        Reasons(recycle),
        IsAutomatic(recycle),
        Waiting: Phase(recycle) == RecyclePhase.Pending && !slots[recycle.Metadata.Uid ?? string.Empty].Any(slot => (slot.Attempt ?? 1) > Attempts(recycle)),
        IsForced(recycle),
        RequestedAt(recycle),
        recycle.Spec?.Deadline,
        NotBefore(recycle),
        recycle.Status?.Replacement?.Successor?.Uid ?? string.Empty)
    {
        Updates = PendingReading.Read(recycle.Status?.Replacement?.Updates ?? recycle.Spec?.Updates),
    };
}
