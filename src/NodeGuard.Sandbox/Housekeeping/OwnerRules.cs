using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Housekeeping;

/// <summary>What the garbage collector is to do with one dependent.</summary>
internal abstract record DependentAction
{
    /// <summary>An owner is there, or there never was one.</summary>
    public sealed record Keep : DependentAction;

    /// <summary>Some owners are there: the references to the others go.</summary>
    public sealed record Release(IReadOnlyCollection<string> Owners) : DependentAction;

    /// <summary>Nobody owns it any more.</summary>
    public sealed record Delete(string Policy) : DependentAction;
}

/// <summary>How an owner stands.</summary>
internal enum OwnerState
{
    Present,
    Absent,

    /// <summary>It is being deleted, and waits until its dependents are gone.</summary>
    Waiting,
}

/// <summary>The garbage collector's decision, pure.</summary>
internal static class OwnerRules
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";

    /// <param name="item">The dependent.</param>
    /// <param name="stateOf">How the owner of a reference stands.</param>
    /// <param name="hasDependents">Whether others depend on the item in turn.</param>
    public static DependentAction Decide(JsonObject item, Func<JsonNode, OwnerState> stateOf, bool hasDependents)
    {
        (string Uid, OwnerState State)[] owners =
        [
            .. item.Items("metadata", "ownerReferences").OfType<JsonObject>().Select(o => (o.Text("uid") ?? "", stateOf(o))),
        ];
        if (owners.Length == 0 || owners.All(o => o.State == OwnerState.Present))
            return new DependentAction.Keep();
        if (owners.Any(o => o.State == OwnerState.Present))
            return new DependentAction.Release([.. owners.Where(o => o.State != OwnerState.Present).Select(o => o.Uid)]);
        if (owners.Any(o => o.State == OwnerState.Waiting) && hasDependents)
            return new DependentAction.Delete("Foreground");
        return new DependentAction.Delete(
            Has(item, OrphanFinalizer) ? "Orphan" : Has(item, ForegroundFinalizer) ? "Foreground" : "Background");
    }

    public static bool IsDeleted(JsonObject item) => item.At("metadata", "deletionTimestamp") is not null;

    public static bool Has(JsonObject item, string finalizer) =>
        item.Items("metadata", "finalizers").Any(f => f.Text() == finalizer);

    public static bool IsWaiting(JsonObject item) => IsDeleted(item) && Has(item, ForegroundFinalizer);

    public static bool Blocks(JsonObject dependent, string owner) =>
        dependent.Items("metadata", "ownerReferences").Any(o => o.Text("uid") == owner && o.Flag("blockOwnerDeletion") == true);

    public static JsonObject WithoutFinalizer(JsonObject item, string finalizer) =>
        Without(item, "finalizers", f => f.Text() == finalizer);

    public static JsonObject WithoutOwners(JsonObject item, IReadOnlyCollection<string> owners) =>
        Without(item, "ownerReferences", o => owners.Contains(o.Text("uid")));

    private static JsonObject Without(JsonObject item, string list, Func<JsonNode?, bool> leaves)
    {
        JsonObject changed = item.Clone();
        JsonNode?[] kept = [.. changed.Items("metadata", list).Where(n => !leaves(n)).Select(n => n?.DeepClone())];
        if (kept.Length == 0)
            changed["metadata"]!.AsObject().Remove(list);
        else
            changed["metadata"]![list] = new JsonArray(kept);
        return changed;
    }
}
