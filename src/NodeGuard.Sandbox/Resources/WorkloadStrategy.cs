using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>Deployments, replica sets, stateful sets, daemon sets, jobs and cron jobs.</summary>
internal sealed class WorkloadStrategy : ResourceStrategy
{
    public override void SetDefaults(ApiRequest request, JsonObject value)
    {
        JsonObject spec = value.Ensure("spec");
        switch (request.Resource.Kind)
        {
            case "Deployment":
                spec.Default("replicas", 1);
                spec.Default("revisionHistoryLimit", 10);
                spec.Default("progressDeadlineSeconds", 600);
                RollingUpdate(spec, "strategy", ("maxUnavailable", "25%"), ("maxSurge", "25%"));
                break;
            case "ReplicaSet":
                spec.Default("replicas", 1);
                break;
            case "StatefulSet":
                spec.Default("replicas", 1);
                spec.Default("revisionHistoryLimit", 10);
                spec.Default("podManagementPolicy", "OrderedReady");
                spec.Default("serviceName", "");
                spec.Default("persistentVolumeClaimRetentionPolicy", new JsonObject { ["whenDeleted"] = "Retain", ["whenScaled"] = "Retain" });
                RollingUpdate(spec, "updateStrategy", ("partition", 0));
                break;
            case "DaemonSet":
                spec.Default("revisionHistoryLimit", 10);
                RollingUpdate(spec, "updateStrategy", ("maxUnavailable", 1), ("maxSurge", 0));
                break;
            case "Job":
                JobDefaults(request, value, spec);
                break;
            case "CronJob":
                spec.Default("concurrencyPolicy", "Allow");
                spec.Default("suspend", false);
                spec.Default("successfulJobsHistoryLimit", 3);
                spec.Default("failedJobsHistoryLimit", 1);
                break;
            default:
                break;
        }

        if (Template(request.Resource.Kind, spec)?.Ensure("spec") is { } pod)
            PodDefaults.Set(pod);
    }

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        JsonObject spec = value["spec"]!.AsObject();
        string kind = request.Resource.Kind;
        if (spec.Number("replicas") is < 0 and { } replicas)
            yield return FieldError.Invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        if (old is not null && !JsonNode.DeepEquals(spec["selector"], old.At("spec", "selector")))
            yield return FieldError.Invalid("spec.selector", spec["selector"], "field is immutable");
        if (kind == "CronJob")
            yield break;
        if (spec["selector"] is null)
            yield return FieldError.Required("spec.selector");
        JsonObject? template = Template(kind, spec);
        if (template is null)
        {
            yield return FieldError.Required("spec.template");
            yield break;
        }

        if (spec["selector"] is not null && Selectors.LabelSelector.FromJson(spec["selector"])?.Matches(template) != true)
        {
            yield return FieldError.Invalid(
                "spec.template.metadata.labels", template.At("metadata", "labels") ?? new JsonObject(),
                "`selector` does not match template `labels`");
        }

        foreach (FieldError error in PodDefaults.Validate(template.Ensure("spec"), "spec.template.spec"))
            yield return error;
        if (kind == "Job" && template.Text("spec", "restartPolicy") == "Always")
            yield return FieldError.Unsupported("spec.template.spec.restartPolicy", "Always", ["OnFailure", "Never"]);
        if (kind == "Job" && old is not null && !JsonNode.DeepEquals(spec["template"], old.At("spec", "template")))
            yield return FieldError.Invalid("spec.template", "...", "field is immutable");
    }

    private static JsonObject? Template(string kind, JsonObject spec) =>
        kind == "CronJob" ? spec.Child("jobTemplate", "spec", "template") : spec.Child("template");

    private static void RollingUpdate(JsonObject spec, string field, params (string Name, JsonNode Value)[] settings)
    {
        JsonObject strategy = spec.Ensure(field);
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") != "RollingUpdate")
            return;
        foreach ((string name, JsonNode value) in settings)
            strategy.Ensure("rollingUpdate").Default(name, value);
    }

    private static void JobDefaults(ApiRequest request, JsonObject value, JsonObject spec)
    {
        if (spec["completions"] is null && spec["parallelism"] is null)
            spec["completions"] = 1;
        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", 6);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("podReplacementPolicy", "TerminatingOrFailed");
        if (request.Verb != "create" || spec.Flag("manualSelector") == true || spec["selector"] is not null)
            return;
        string uid = value.Text("metadata", "uid") ?? "";
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid } };
        JsonObject labels = spec.Ensure("template", "metadata", "labels");
        foreach (string prefix in (string[])["batch.kubernetes.io/", ""])
        {
            labels[prefix + "controller-uid"] = uid;
            labels[prefix + "job-name"] = request.Name;
        }
    }
}
