using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>How a pod ends once it is deleted.</summary>
public enum Ends
{
    /// <summary>As soon as its kubelet sees it.</summary>
    AtOnce,

    /// <summary>When its grace is over.</summary>
    AfterGrace,

    /// <summary>Its kubelet is dead.</summary>
    Never,
}

/// <summary>One pod of a case.</summary>
public sealed record StagePod(string Name)
{
    /// <summary>How outcomes call it; two pods may have one name, one after the other.</summary>
    public string Alias { get; init; } = Name;

    /// <summary>The node's name on the stage.</summary>
    public string Node { get; init; } = "n";

    /// <summary>The controller: "ConfigMap/owner" (of any kind), "DaemonSet/ds", "ReplicaSet/rs"; empty for none.</summary>
    public string Owner { get; init; } = "ConfigMap/owner";

    /// <summary>False: an owner that is not the controller.</summary>
    public bool OwnerControls { get; init; } = true;

    public string Phase { get; init; } = "Running";

    public bool Ready { get; init; } = true;

    /// <summary>emptyDir, memory, hostPath; empty for none.</summary>
    public string Volume { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Its own grace period in seconds.</summary>
    public int Grace { get; init; } = 1;

    public Ends Ends { get; init; }

    /// <summary>Deleted before the drain, and this many seconds past its grace by then.</summary>
    public double? OverdueSeconds { get; init; }

    /// <summary>Deleted before the drain, its grace not over.</summary>
    public bool Deleted { get; init; }

    public bool Finalizer { get; init; }

    public string PriorityClass { get; init; } = "";

    public bool Healthy => Phase == "Running" && Ready && !Deleted && OverdueSeconds is null;

    public bool Matches(string app) => Labels.GetValueOrDefault("app") == app;

    public JsonObject Json(string node, JsonObject? owner)
    {
        var labels = new JsonObject { [TestKubelet.LeftAlone] = StageKubelet.Label(Ends) };
        foreach ((string key, string value) in Labels)
            labels[key] = value;
        JsonObject pod = TestObjects.Pod(Name, node, labels, owner, Grace);
        if (owner is not null && !OwnerControls)
            pod["metadata"]!["ownerReferences"]![0]!["controller"] = false;
        if (Annotations.Count > 0)
            pod["metadata"]!["annotations"] = new JsonObject([.. Annotations.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))]);
        if (Finalizer)
            pod["metadata"]!["finalizers"] = new JsonArray(Stage.Hold);
        if (PriorityClass.Length > 0)
            pod["spec"]!["priorityClassName"] = PriorityClass;
        JsonObject? volume = Volume switch
        {
            "emptyDir" => new JsonObject { ["name"] = "v", ["emptyDir"] = new JsonObject() },
            "memory" => new JsonObject { ["name"] = "v", ["emptyDir"] = new JsonObject { ["medium"] = "Memory" } },
            "hostPath" => new JsonObject { ["name"] = "v", ["hostPath"] = new JsonObject { ["path"] = "/tmp" } },
            _ => null,
        };
        if (volume is not null)
            pod["spec"]!["volumes"] = new JsonArray(volume);
        return pod;
    }

    /// <summary>Null leaves the pod pending.</summary>
    public JsonObject? Status()
    {
        if (Phase == "Pending")
            return null;
        string now = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string ready = Phase == "Running" && Ready ? "True" : "False";
        return new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = Phase,
                ["startTime"] = now,
                ["conditions"] = new JsonArray([.. ((string[])["PodScheduled", "Ready"]).Select(c => new JsonObject
                {
                    ["type"] = c,
                    ["status"] = c == "Ready" ? ready : "True",
                    ["lastTransitionTime"] = now,
                })]),
            },
        };
    }
}
