using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>Built-in kinds whose changes are not counted as generations.</summary>
internal class PlainStrategy : ResourceStrategy
{
    public static readonly PlainStrategy Instance = new();

    public override bool CountsGenerations => false;
}

internal sealed class NodeStrategy : PlainStrategy
{
    public override void SetDefaults(ApiRequest request, JsonObject value) => value.Ensure("spec");

    /// <summary>A node that registers brings its status along.</summary>
    public override void PrepareForCreate(ApiRequest request, JsonObject value) => value.Ensure("status");

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        var seen = new HashSet<(string?, string?)>();
        int index = 0;
        foreach (JsonNode? taint in value.Items("spec", "taints"))
        {
            string path = $"spec.taints[{index++}]";
            if (taint.Text("effect") is not ("NoSchedule" or "PreferNoSchedule" or "NoExecute"))
                yield return FieldError.Unsupported($"{path}.effect", taint.At("effect"), ["NoSchedule", "PreferNoSchedule", "NoExecute"]);
            if (Names.QualifiedNameError(taint.Text("key") ?? "") is { } bad)
                yield return FieldError.Invalid($"{path}.key", taint.Text("key"), bad);
            if (!seen.Add((taint.Text("key"), taint.Text("effect"))))
                yield return FieldError.Duplicate(path, taint);
        }
    }
}

internal sealed class NamespaceStrategy : PlainStrategy
{
    public override string? NameError(string name) => Names.LabelError(name);

    public override void SetDefaults(ApiRequest request, JsonObject value) =>
        value.Ensure("metadata", "labels")["kubernetes.io/metadata.name"] = request.Name;

    public override void PrepareForCreate(ApiRequest request, JsonObject value)
    {
        value.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
        value["status"] = new JsonObject { ["phase"] = "Active" };
    }

    public override void PrepareForDelete(ApiRequest request, JsonObject marked) =>
        marked.Ensure("status")["phase"] = "Terminating";

    /// <summary>The finalizers of its content are in the spec.</summary>
    public override bool IsFinished(JsonObject value) =>
        base.IsFinished(value) && !value.Items("spec", "finalizers").Any();
}

internal sealed class LeaseStrategy : PlainStrategy
{
    public override bool CreatesOnUpdate => true;

    public override void SetDefaults(ApiRequest request, JsonObject value) => value.Ensure("spec");

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        if (value.Number("spec", "leaseDurationSeconds") is <= 0 and { } duration)
            yield return FieldError.Invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
        if (value.Number("spec", "leaseTransitions") is < 0 and { } transitions)
            yield return FieldError.Invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0");
    }
}

/// <summary>Config maps and secrets: what was declared immutable stays.</summary>
internal class ImmutableDataStrategy : PlainStrategy
{
    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        if (old?.Flag("immutable") != true)
            yield break;
        if (value.Flag("immutable") != true)
            yield return FieldError.Forbidden("immutable", "field is immutable when `immutable` is set");
        foreach (string field in (string[])["data", "binaryData"])
        {
            if (!JsonNode.DeepEquals(value[field], old[field]))
                yield return FieldError.Forbidden(field, "field is immutable when `immutable` is set");
        }
    }
}

internal sealed class SecretStrategy : ImmutableDataStrategy
{
    public override void SetDefaults(ApiRequest request, JsonObject value)
    {
        value.Default("type", "Opaque");
        foreach ((string key, string text) in value.Texts("stringData").ToArray())
            value.Ensure("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        value.Remove("stringData");
    }

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        foreach (FieldError error in base.Validate(request, value, old))
            yield return error;
        if (old is not null && !JsonNode.DeepEquals(value["type"], old["type"]))
            yield return FieldError.Invalid("type", value["type"], "field is immutable");
    }
}

/// <summary>RBAC names may hold colons; what a binding refers to cannot change.</summary>
internal sealed class RoleStrategy : PlainStrategy
{
    public static IReadOnlyList<PrinterColumn> BindingColumns { get; } =
    [
        Columns.Name, Columns.Text("Role", static o => $"{o.Text("roleRef", "kind")}/{o.Text("roleRef", "name")}"), Columns.Age,
        Columns.Wide("Users", static o => Subjects(o, "User")), Columns.Wide("Groups", static o => Subjects(o, "Group")),
        Columns.Wide("ServiceAccounts", static o => Subjects(o, "ServiceAccount")),
    ];

    public override string? NameError(string name) => Names.PathSegmentError(name);

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        if (old is not null && !JsonNode.DeepEquals(value["roleRef"], old["roleRef"]))
            yield return FieldError.Invalid("roleRef", value["roleRef"], "cannot change roleRef");
        string[] kinds = request.Resource.Namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
        bool binds = request.Resource.Kind is "RoleBinding" or "ClusterRoleBinding";
        if (binds && !kinds.Contains(value.Text("roleRef", "kind")))
            yield return FieldError.UnsupportedInOrder("roleRef.kind", value.Text("roleRef", "kind") ?? "", kinds);
        if (binds && value.Text("roleRef", "name") is not { Length: > 0 })
            yield return FieldError.Required("roleRef.name");
    }

    private static string Subjects(JsonObject binding, string kind) => string.Join(", ", binding.Items("subjects")
        .Where(s => s.Text("kind") == kind)
        .Select(s => kind == "ServiceAccount" ? $"{s.Text("namespace")}/{s.Text("name")}" : s.Text("name")));
}

internal sealed class DisruptionBudgetStrategy : ResourceStrategy
{
    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        JsonNode? spec = value["spec"];
        if (spec.At("minAvailable") is not null && spec.At("maxUnavailable") is not null)
            yield return FieldError.Invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
        if (spec.Text("unhealthyPodEvictionPolicy") is not (null or "IfHealthyBudget" or "AlwaysAllow"))
        {
            yield return FieldError.Unsupported(
                "spec.unhealthyPodEvictionPolicy", spec.At("unhealthyPodEvictionPolicy"), ["IfHealthyBudget", "AlwaysAllow"]);
        }

        foreach (string field in (string[])["minAvailable", "maxUnavailable"])
        {
            if (spec.Number(field) < 0)
                yield return FieldError.Invalid($"spec.{field}", spec.At(field), "must be greater than or equal to 0");
        }
    }
}

/// <summary>Rules in CEL are kept and shown, and a warning says that nothing obeys them here.</summary>
internal sealed class NotEnforcedStrategy : ResourceStrategy
{
    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        request.Warnings.Add($"{request.Resource.Kind} {request.Name} is stored and not enforced here: the sandbox evaluates no CEL");
        return [];
    }
}
