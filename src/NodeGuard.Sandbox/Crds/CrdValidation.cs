using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>What a CustomResourceDefinition is refused for.</summary>
internal static class CrdValidation
{
    private static readonly string[] ColumnTypes = ["integer", "number", "string", "boolean", "date"];

    public static IEnumerable<FieldError> Check(JsonObject crd, JsonObject? old)
    {
        string name = crd.Text("metadata", "name") ?? "";
        if (old is null && name != $"{crd.Text("spec", "names", "plural")}.{crd.Text("spec", "group")}")
            yield return FieldError.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        IEnumerable<FieldError> all =
        [
            .. GroupErrors(crd), .. NameErrors(crd), .. Versions(crd), .. StoredVersions(crd), .. Kept(crd, old), .. Conversion(crd),
        ];
        foreach (FieldError error in all)
            yield return error;
    }

    private static IEnumerable<FieldError> GroupErrors(JsonObject crd)
    {
        string group = crd.Text("spec", "group") ?? "";
        if (group.Length == 0)
            yield return FieldError.Required("spec.group");
        else if (Names.SubdomainError(group) is { } wrong)
            yield return FieldError.Invalid("spec.group", group, wrong);
        else if (!group.Contains('.', StringComparison.Ordinal))
            yield return FieldError.Invalid("spec.group", group, "should be a domain with at least one dot");
        bool guarded = group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal)
            || group is "k8s.io" or "kubernetes.io";
        if (guarded && crd.Text("metadata", "annotations", "api-approved.kubernetes.io") is null)
        {
            yield return FieldError.Required(
                "metadata.annotations[api-approved.kubernetes.io]",
                "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111");
        }

        string? scope = crd.Text("spec", "scope");
        if (string.IsNullOrEmpty(scope))
            yield return FieldError.Required("spec.scope");
        else if (scope is not ("Cluster" or "Namespaced"))
            yield return FieldError.Unsupported("spec.scope", scope, ["Cluster", "Namespaced"]);
        if (crd.Flag("spec", "preserveUnknownFields") == true)
        {
            yield return FieldError.Invalid(
                "spec.preserveUnknownFields", true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
        }
    }

    private static IEnumerable<FieldError> NameErrors(JsonObject crd)
    {
        foreach (string field in (string[])["plural", "singular", "kind", "listKind"])
        {
            string name = crd.Text("spec", "names", field) ?? "";
            if (name.Length == 0)
                yield return FieldError.Required($"spec.names.{field}");
            else if (CrdLabels.Error(name.ToLowerInvariant()) is { } wrong)
                yield return FieldError.Invalid($"spec.names.{field}", name, wrong);
        }

        if (crd.Text("spec", "names", "kind") is { Length: > 0 } kind && kind == crd.Text("spec", "names", "listKind"))
            yield return FieldError.Invalid("spec.names.listKind", kind, "kind and listKind may not be the same");
    }

    private static IEnumerable<FieldError> Versions(JsonObject crd)
    {
        JsonObject[] versions = [.. CrdVersions.Of(crd)];
        for (int i = 0; i < versions.Length; i++)
        {
            if (versions[i].Schema() is null)
                yield return FieldError.Required($"spec.versions[{i}].schema.openAPIV3Schema");
            string name = versions[i].Text("name") ?? "";
            if (CrdLabels.Error(name) is { } wrong)
                yield return FieldError.Invalid($"spec.versions[{i}].name", name, wrong);
        }

        IEnumerable<FieldError> parts = versions.SelectMany((v, i) => Version(crd, v, i)).DistinctBy(e => (e.Path, e.Message));
        foreach (FieldError error in parts)
            yield return error;
        if (versions.DistinctBy(v => v.Text("name")).Count() != versions.Length)
            yield return FieldError.Invalid("spec.versions", crd["spec"]!["versions"], "must contain unique version names");
        if (versions.Count(v => v.IsStorage()) != 1)
        {
            yield return FieldError.Invalid(
                "spec.versions", crd.At("spec", "versions"), "must have exactly one version marked as storage version");
        }
    }

    private static IEnumerable<FieldError> Version(JsonObject crd, JsonObject version, int index)
    {
        if (version.Schema() is { } schema)
        {
            string path = CrdVersions.PathOf(crd, index, "schema", "validation");
            foreach (FieldError error in StructuralRules.Check($"{path}.openAPIV3Schema", schema))
                yield return error;
        }

        foreach (FieldError error in Scale(version, CrdVersions.PathOf(crd, index, "subresources", "subresources")))
            yield return error;
        string columns = CrdVersions.PathOf(crd, index, "additionalPrinterColumns", "additionalPrinterColumns");
        int column = 0;
        foreach (JsonNode? definition in version.Items("additionalPrinterColumns"))
        {
            foreach (FieldError error in Column(definition, $"{columns}[{column}]"))
                yield return error;
            column++;
        }
    }

    private static IEnumerable<FieldError> Scale(JsonObject version, string path)
    {
        if (version.Child("subresources", "scale") is not { } scale)
            yield break;
        foreach ((string field, string root) in ((string, string)[])
            [("specReplicasPath", "spec"), ("statusReplicasPath", "status")])
        {
            string value = scale.Text(field) ?? "";
            if (value.Length == 0)
                yield return FieldError.Required($"{path}.scale.{field}");
            else if (!value.StartsWith($".{root}.", StringComparison.Ordinal))
                yield return FieldError.Invalid($"{path}.scale.{field}", value, $"should be a json path under .{root}");
        }
    }

    private static IEnumerable<FieldError> Column(JsonNode? column, string path)
    {
        string types = string.Join(',', ColumnTypes.Order(StringComparer.Ordinal));
        if (string.IsNullOrEmpty(column.Text("name")))
            yield return FieldError.Required($"{path}.name");
        if (string.IsNullOrEmpty(column.Text("type")))
            yield return FieldError.Required($"{path}.type", $"must be one of {types}");
        else if (!ColumnTypes.Contains(column.Text("type")))
            yield return FieldError.Invalid($"{path}.type", column.Text("type"), $"must be one of {types}");
        string json = column.Text("jsonPath") ?? "";
        if (json.Length == 0)
            yield return FieldError.Required($"{path}.JSONPath");
        else if (json[0] != '.')
            yield return FieldError.Invalid($"{path}.JSONPath", json, "must be a simple json path starting with .");
    }

    private static IEnumerable<FieldError> StoredVersions(JsonObject crd)
    {
        int index = 0;
        HashSet<string> known = [.. CrdVersions.Of(crd).Select(v => v.Text("name") ?? "")];
        foreach (JsonNode? stored in crd.Items("status", "storedVersions"))
        {
            string name = stored.Text() ?? "";
            if (!known.Contains(name))
            {
                yield return FieldError.Invalid(
                    $"status.storedVersions[{index}]", name,
                    $"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions "
                    + $"until a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions");
            }

            index++;
        }
    }

    /// <summary>What an update may not change once the definition serves.</summary>
    private static IEnumerable<FieldError> Kept(JsonObject crd, JsonObject? old)
    {
        if (old is null)
            yield break;
        string[] fields = CrdVersions.Is(old, "Established") ? ["scope", "names.kind", "group", "names.plural"] : ["group", "names.plural"];
        foreach (string field in fields)
        {
            string[] path = ["spec", .. field.Split('.')];
            if (crd.Text(path) != old.Text(path))
                yield return FieldError.Invalid($"spec.{field}", crd.Text(path) ?? "", "field is immutable");
        }
    }

    private static IEnumerable<FieldError> Conversion(JsonObject crd)
    {
        string strategy = crd.Text("spec", "conversion", "strategy") ?? "None";
        if (strategy is not ("None" or "Webhook"))
            yield return FieldError.Unsupported("spec.conversion.strategy", strategy, ["None", "Webhook"]);
        if (strategy == "Webhook")
        {
            yield return FieldError.Forbidden(
                "spec.conversion.strategy", "the sandbox does not do this: conversion webhooks; use None");
        }
    }
}
