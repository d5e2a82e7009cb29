using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>
/// CustomResourceDefinitions. The conditions that a real server's controllers set a moment later are set with the
/// write itself.
/// </summary>
public sealed class CrdStrategy(Cluster cluster) : ResourceStrategy
{
    public override bool ReturnsDeletedObject => true;

    public override void SetDefaults(ApiRequest request, JsonObject value)
    {
        JsonObject spec = value.Ensure("spec");
        JsonObject names = spec.Ensure("names");
        if (names.Text("kind") is { Length: > 0 } kind)
        {
            names.Default("singular", kind.ToLowerInvariant());
            names.Default("listKind", kind + "List");
        }

        spec.Default("conversion", new JsonObject { ["strategy"] = "None" });
    }

    public override void PrepareForCreate(ApiRequest request, JsonObject value)
    {
        value.Remove("status");
        Settle(request, value);
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject value, JsonObject old)
    {
        base.PrepareForUpdate(request, value, old);
        if (request.Subresource.Length == 0)
            Settle(request, value);
    }

    public override void PrepareForDelete(ApiRequest request, JsonObject marked)
    {
        JsonObject meta = marked.Ensure("metadata");
        if (meta["finalizers"] is not JsonArray finalizers)
            meta["finalizers"] = finalizers = [];
        bool first = !CrdVersions.Is(marked, "Terminating");
        if (!first)
            return;
        finalizers.Add((JsonNode)CrdVersions.CleanupFinalizer);
        CrdVersions.SetCondition(
            marked, "Terminating", true, "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", cluster.Clock.GetUtcNow());
    }

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old) =>
        CrdValidation.Check(value, old);

    private void Settle(ApiRequest request, JsonObject value)
    {
        JsonObject status = value.Ensure("status");
        string storage = CrdVersions.StorageVersion(value);
        if (status["storedVersions"] is not JsonArray stored)
            status["storedVersions"] = stored = [];
        if (storage.Length > 0 && !stored.Any(s => s.Text() == storage))
            stored.Add((JsonNode)storage);
        IEnumerable<JsonObject> others = cluster.Store.Snapshot(request.Resource.StorageKey).Objects()
            .Select(o => o.Value)
            .Where(o => o.Text("spec", "group") == value.Text("spec", "group") && o.Text("metadata", "name") != value.Text("metadata", "name"));
        CrdNames.Accept(value, others, cluster.Clock.GetUtcNow());
        if (HasRules(value))
            request.Warnings.Add("x-kubernetes-validations: stored, and not enforced here: the sandbox does not evaluate CEL");
    }

    private static bool HasRules(JsonNode? node) => node switch
    {
        JsonObject map => map.ContainsKey("x-kubernetes-validations") || map.Any(p => HasRules(p.Value)),
        JsonArray list => list.Any(HasRules),
        _ => false,
    };
}
