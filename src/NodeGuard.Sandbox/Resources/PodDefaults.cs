using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>Defaults and checks of a pod's spec, alone or in a template.</summary>
internal static class PodDefaults
{
    private const long DefaultTolerationSeconds = 300;

    public static void Set(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("securityContext", new JsonObject());
        foreach (JsonNode? container in spec.Items("containers").Concat(spec.Items("initContainers")))
        {
            if (container is JsonObject fields)
                SetContainer(fields);
        }

        foreach (JsonNode? volume in spec.Items("volumes"))
        {
            SetFieldRefs(volume.Items("downwardAPI", "items"), static item => item.Child("fieldRef"));
            foreach (JsonNode? source in volume.Items("projected", "sources"))
                SetFieldRefs(source.Items("downwardAPI", "items"), static item => item.Child("fieldRef"));
        }
    }

    /// <summary>Every pod leaves a node that is lost after five minutes, unless it says otherwise.</summary>
    public static void AddTolerations(JsonObject spec)
    {
        foreach (string key in (string[])["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            bool tolerated = spec.Items("tolerations").Any(t =>
                (t.Text("key") == key || string.IsNullOrEmpty(t.Text("key"))) && t.Text("effect") is null or "" or "NoExecute");
            if (tolerated)
                continue;
            if (spec["tolerations"] is not JsonArray list)
                spec["tolerations"] = list = [];
            list.Add((JsonNode)new JsonObject
            {
                ["key"] = key,
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = DefaultTolerationSeconds,
            });
        }
    }

    public static string QosClass(JsonObject spec)
    {
        JsonNode?[] all = [.. spec.Items("containers").Concat(spec.Items("initContainers"))];
        bool any = all.Any(c => c.Child("resources", "requests")?.Count > 0 || c.Child("resources", "limits")?.Count > 0);
        bool guaranteed = any && all.All(c => ((string[])["cpu", "memory"]).All(r =>
            c.At("resources", "limits", r) is { } limit
            && (c.At("resources", "requests", r) is not { } request || JsonNode.DeepEquals(request, limit))));
        return guaranteed ? "Guaranteed" : any ? "Burstable" : "BestEffort";
    }

    public static IEnumerable<FieldError> Validate(JsonObject spec, string path)
    {
        if (!spec.Items("containers").Any())
            yield return FieldError.Required($"{path}.containers");
        if (spec.Text("restartPolicy") is not ("Always" or "OnFailure" or "Never"))
            yield return FieldError.Unsupported($"{path}.restartPolicy", spec["restartPolicy"], ["Always", "OnFailure", "Never"]);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (string list in (string[])["containers", "initContainers"])
        {
            int index = 0;
            foreach (JsonNode? container in spec.Items(list))
            {
                foreach (FieldError error in ValidateContainer(container, $"{path}.{list}[{index++}]", names))
                    yield return error;
            }
        }
    }

    private static IEnumerable<FieldError> ValidateContainer(JsonNode? container, string path, HashSet<string> names)
    {
        string name = container.Text("name") ?? "";
        if (name.Length == 0)
            yield return FieldError.Required($"{path}.name");
        else if (Names.LabelError(name) is { } bad)
            yield return FieldError.Invalid($"{path}.name", name, bad);
        else if (!names.Add(name))
            yield return FieldError.Duplicate($"{path}.name", name);
        if (string.IsNullOrEmpty(container.Text("image")))
            yield return FieldError.Required($"{path}.image");
    }

    // A reference is one value: who applies it without this version conflicts with whoever applied it before.
    private static void SetFieldRefs(IEnumerable<JsonNode?> items, Func<JsonNode?, JsonObject?> reference)
    {
        foreach (JsonNode? item in items)
            reference(item)?.Default("apiVersion", "v1");
    }

    private static void SetContainer(JsonObject container)
    {
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.Default("resources", new JsonObject());
        string image = container.Text("image") ?? "";
        string last = image[(image.LastIndexOf('/') + 1)..];
        bool latest = !last.Contains(':', StringComparison.Ordinal) || last.EndsWith(":latest", StringComparison.Ordinal);
        container.Default("imagePullPolicy", latest && !last.Contains('@', StringComparison.Ordinal) ? "Always" : "IfNotPresent");
        foreach (JsonNode? port in container.Items("ports"))
            (port as JsonObject)?.Default("protocol", "TCP");
        SetFieldRefs(container.Items("env"), static variable => variable.Child("valueFrom", "fieldRef"));
        if (container.Child("resources", "limits") is not { Count: > 0 } limits)
            return;
        JsonObject requests = container.Ensure("resources", "requests");
        foreach ((string resource, JsonNode? amount) in limits)
        {
            if (amount is not null)
                requests.Default(resource, amount.DeepClone());
        }
    }
}
