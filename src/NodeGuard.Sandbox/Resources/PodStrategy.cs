using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>Pods: their defaults, what of them can change, and their graceful deletion.</summary>
internal sealed class PodStrategy : ResourceStrategy
{
    private const string OnlyThese =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public static Dictionary<string, Func<JsonObject, string>> SelectableFields
    {
        get
        {
            Dictionary<string, Func<JsonObject, string>> fields = BuiltIns.Fields(
                ("spec.nodeName", ["spec", "nodeName"]),
                ("spec.restartPolicy", ["spec", "restartPolicy"]),
                ("spec.schedulerName", ["spec", "schedulerName"]),
                ("spec.serviceAccountName", ["spec", "serviceAccountName"]),
                ("status.phase", ["status", "phase"]),
                ("status.podIP", ["status", "podIP"]),
                ("status.nominatedNodeName", ["status", "nominatedNodeName"]));
            fields["spec.hostNetwork"] = static o => o.Flag("spec", "hostNetwork") == true ? "true" : "false";
            return fields;
        }
    }

    public override bool ReturnsDeletedObject => true;

    public override void SetDefaults(ApiRequest request, JsonObject value)
    {
        JsonObject spec = value.Ensure("spec");
        PodDefaults.Set(spec);
        spec.Default("enableServiceLinks", true);
        if (request.Verb != "create")
            return;
        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec.Text("serviceAccountName")!);
        spec.Default("priority", Priority(spec));
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
        PodDefaults.AddTolerations(spec);
    }

    public override void PrepareForCreate(ApiRequest request, JsonObject value)
    {
        value["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodDefaults.QosClass(value["spec"]!.AsObject()) };
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject value, JsonObject old)
    {
        // Binding writes both halves.
        if (request.Subresource is "binding" or "eviction")
            return;
        base.PrepareForUpdate(request, value, old);
        if (request.Subresource == "status")
            value["status"]?.AsObject().CopyFrom(old.Child("status") ?? [], "qosClass");
    }

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        JsonObject spec = value["spec"]!.AsObject();
        if (old is null)
            return PodDefaults.Validate(spec, "spec");
        if (request.Subresource is "binding" or "status")
            return [];
        JsonObject wanted = Comparable(spec, old["spec"]!.AsObject());
        return JsonNode.DeepEquals(wanted, old["spec"]) ? [] : [FieldError.Forbidden("spec", OnlyThese)];
    }

    public override long GracePeriodSeconds(JsonObject current, DeleteOptions options)
    {
        long period = options.GracePeriodSeconds ?? current.Number("spec", "terminationGracePeriodSeconds") ?? 30;
        if (string.IsNullOrEmpty(current.Text("spec", "nodeName")) || current.Text("status", "phase") is "Succeeded" or "Failed")
            return 0;
        return period < 0 ? 1 : period;
    }

    private static long Priority(JsonObject spec) => spec.Text("priorityClassName") switch
    {
        "system-node-critical" => 2000001000,
        "system-cluster-critical" => 2000000000,
        _ => 0,
    };

    /// <summary>The new spec with what may change put back to the old.</summary>
    private static JsonObject Comparable(JsonObject spec, JsonObject old)
    {
        JsonObject result = spec.Clone();
        foreach (string list in (string[])["containers", "initContainers"])
        {
            foreach ((JsonNode? now, JsonNode? before) in result.Items(list).Zip(old.Items(list)))
                now!.AsObject().CopyFrom(before!.AsObject(), "image");
        }

        result.CopyFrom(old, "activeDeadlineSeconds");
        bool onlyAdded = old.Items("tolerations").All(o => spec.Items("tolerations").Any(n => JsonNode.DeepEquals(n, o)));
        if (onlyAdded)
            result.CopyFrom(old, "tolerations");
        if (old.Number("terminationGracePeriodSeconds") < 0 && spec.Number("terminationGracePeriodSeconds") == 1)
            result.CopyFrom(old, "terminationGracePeriodSeconds");
        return result;
    }
}
