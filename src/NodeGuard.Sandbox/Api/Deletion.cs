using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Api;

/// <summary>What a deletion makes of an object that is not gone at once.</summary>
internal static class Deletion
{
    /// <summary>The object with the marks of its deletion; <see cref="ObjectMeta.IsFinished"/> tells whether it can go.</summary>
    public static JsonObject Mark(JsonObject current, long grace, DeleteOptions options, DateTimeOffset now)
    {
        JsonObject marked = current.Clone();
        JsonObject meta = marked.Ensure("metadata");
        SetFinalizer(meta, "orphan", options.PropagationPolicy, "Orphan");
        SetFinalizer(meta, "foregroundDeletion", options.PropagationPolicy, "Foreground");
        long? before = meta.Number("deletionGracePeriodSeconds");
        bool already = meta.Text("deletionTimestamp") is not null;
        if (already && before <= grace)
            return marked;

        // A shorter period counts from the moment at which the first one began.
        DateTimeOffset asked = already ? meta.Time("deletionTimestamp")!.Value.AddSeconds(-before ?? 0) : now;
        DateTimeOffset due = grace == 0 || asked.AddSeconds(grace) < now ? now : asked.AddSeconds(grace);
        meta["deletionTimestamp"] = (already && grace == 0 ? now : due).ToKubernetesTime();
        meta["deletionGracePeriodSeconds"] = grace;
        if (!already && meta.Number("generation") is { } generation)
            meta["generation"] = generation + 1;
        return marked;
    }

    public static ApiStatus Success(ResourceInfo resource, JsonObject gone) => new(200, "", "")
    {
        Name = gone.Text("metadata", "name"),
        Group = resource.Group,
        Kind = resource.Plural,
        Uid = gone.Text("metadata", "uid"),
    };

    /// <summary>The finalizer of a policy is there exactly when the policy is asked for; no policy changes nothing.</summary>
    private static void SetFinalizer(JsonObject meta, string finalizer, string? policy, string wanted)
    {
        if (policy is null)
            return;
        string[] others = [.. meta.Items("finalizers").Select(f => f.Text() ?? "").Where(f => f != finalizer)];
        string[] all = policy == wanted ? [.. others, finalizer] : others;
        if (all.Length == 0)
            meta.Remove("finalizers");
        else
            meta["finalizers"] = new JsonArray([.. all.Select(f => (JsonNode)f)]);
    }
}
