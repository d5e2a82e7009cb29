using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Http;

/// <summary>One page of a list.</summary>
/// <param name="Remaining">How many follow the page; null when that is not known or none do.</param>
internal sealed record Page(long Revision, IReadOnlyList<StoredObject> Items, string? Continue, long? Remaining);

/// <summary>Lists: from one snapshot, whole or in chunks.</summary>
internal static class ListHandler
{
    private const string ContinueExpired =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        + "without the continue parameter.";

    public static Page? Read(Cluster cluster, ApiRequest request, ListOptions options, out ApiStatus? refused)
    {
        string resource = request.Resource.StorageKey;
        if (SnapshotFor(cluster.Store, resource, options, out refused) is not { } snapshot)
            return null;
        var items = new List<StoredObject>();
        string? next = null;
        foreach (StoredObject stored in Candidates(request, options, snapshot))
        {
            if (!options.Matches(stored))
                continue;
            if (options.Limit > 0 && items.Count == options.Limit)
            {
                next = ListOptions.EncodeContinue(snapshot.Revision, items[^1].Key);
                cluster.Store.Keep(resource, snapshot);
                break;
            }

            items.Add(stored);
        }

        bool counted = next is not null && options.Labels.IsEverything && options.Fields.IsEverything;
        long? remaining = counted ? snapshot.Objects(request.Namespace, items[^1].Key).LongCount() : null;
        return new Page(snapshot.Revision, items, next, remaining);
    }

    public static void Write(IBufferWriter<byte> output, ResourceInfo resource, Page page, View view, ObjectWriter writer)
    {
        string version = page.Revision.ToString(CultureInfo.InvariantCulture);
        var meta = new JsonObject { ["resourceVersion"] = version };
        if (page.Continue is not null)
            meta["continue"] = page.Continue;
        if (page.Remaining is { } remaining)
            meta["remainingItemCount"] = remaining;
        if (view == View.Table)
        {
            JsonObject table = writer.Table(page.Items.Select(i => i.Value), version, true);
            table["metadata"] = meta;
            output.Write(JsonText.Utf8(table));
            return;
        }

        (string kind, string apiVersion) = view == View.MetadataOnly
            ? ("PartialObjectMetadataList", "meta.k8s.io/v1")
            : (resource.Kind + "List", resource.ApiVersion);
        output.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{kind}\",\"apiVersion\":\"{apiVersion}\",\"metadata\":"));
        output.Write(JsonText.Utf8(meta));
        output.Write(",\"items\":["u8);
        for (int i = 0; i < page.Items.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            writer.WriteItem(output, page.Items[i]);
        }

        output.Write("]}"u8);
    }

    private static IEnumerable<StoredObject> Candidates(ApiRequest request, ListOptions options, Snapshot snapshot)
    {
        string @namespace = request.Resource.Namespaced ? request.Namespace : "";
        bool one = options.Fields.Name is not null && (@namespace.Length > 0 || !request.Resource.Namespaced);
        if (!one)
            return snapshot.Objects(@namespace, options.After);
        return snapshot.Find(request.Resource.KeyOf(@namespace, options.Fields.Name!)) is { } found ? [found] : [];
    }

    private static Snapshot? SnapshotFor(ObjectStore store, string resource, ListOptions options, out ApiStatus? refused)
    {
        refused = null;
        long wanted = options.ResourceVersion ?? 0;
        if (wanted > store.Revision)
        {
            refused = ApiStatus.TooLargeVersion(wanted, store.Revision);
            return null;
        }

        bool exact = options.Match == "Exact" || (options.Match.Length == 0 && options.Limit > 0 && wanted > 0);
        if (!exact)
            return store.Snapshot(resource);
        Snapshot? snapshot = store.SnapshotAt(resource, wanted);
        if (snapshot is null)
        {
            refused = ApiStatus.Expired(
                options.After is not null ? ContinueExpired : $"The resourceVersion for the provided list is too old: {wanted}");
        }

        return snapshot;
    }
}
