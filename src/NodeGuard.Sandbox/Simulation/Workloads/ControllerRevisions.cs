using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>The templates that StatefulSets and DaemonSets remember.</summary>
internal static class ControllerRevisions
{
    public static JsonObject New(Kind kind, JsonObject owner, string name, IReadOnlyCollection<JsonObject> existing)
    {
        JsonObject revision = PodTemplate.Owned(Kind.ControllerRevision, kind, owner);
        JsonObject metadata = revision.Ensure("metadata");
        metadata["name"] = name;
        if (owner.At("spec", "template", "metadata", "labels") is { } labels)
        {
            metadata["labels"] = labels.DeepClone();
        }

        revision["revision"] = existing.Select(item => item.Number("revision") ?? 0).DefaultIfEmpty(0).Max() + 1;
        JsonObject template = (owner.At("spec", "template") as JsonObject)?.Copy() ?? [];
        template["$patch"] = "replace";
        revision["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } };
        return revision;
    }
}
