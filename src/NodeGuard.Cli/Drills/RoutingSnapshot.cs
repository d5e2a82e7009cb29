using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Drills;

/// <param name="Kind">Which of the four kinds.</param>
/// <param name="Identity">Equal text, same object (hex of its identifying bytes).</param>
/// <param name="Text">As `ip` would print it.</param>
public sealed record SnapshotObject(ObjectKind Kind, string Identity, string Text);

/// <summary>Everything that lives in the kernel's routing tables at one moment, except what the kernel itself made.</summary>
public sealed record RoutingSnapshot(IReadOnlyList<SnapshotObject> Objects)
{
    public ObjectCounts Counts => Count(Objects);

    public static ObjectCounts Count(IEnumerable<SnapshotObject> objects) =>
        objects.Aggregate(ObjectCounts.None, static (counts, item) => counts.Add(item.Kind));

    /// <summary>What was there before and is not now; of equal objects, as many as are fewer.</summary>
    public IReadOnlyList<SnapshotObject> MissingIn(RoutingSnapshot after)
    {
        var left = after.Objects.GroupBy(KeyOf).ToDictionary(static group => group.Key, static group => group.Count());
        var missing = new List<SnapshotObject>();
        foreach (var item in Objects)
        {
            var key = KeyOf(item);
            if (left.TryGetValue(key, out var count) && count > 0)
                left[key] = count - 1;
            else
                missing.Add(item);
        }

        return missing;
    }

    private static (ObjectKind Kind, string Identity) KeyOf(SnapshotObject item) => (item.Kind, item.Identity);
}
