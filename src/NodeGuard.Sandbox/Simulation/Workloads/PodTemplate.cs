using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>Objects that a controller makes for its owner.</summary>
internal static class PodTemplate
{
    /// <summary>A pod of the owner's <c>spec.template</c>, named by the server from the owner's name.</summary>
    public static JsonObject Pod(Kind ownerKind, JsonObject owner, JsonNode? template)
    {
        JsonObject pod = Owned(Kind.Pod, ownerKind, owner);
        JsonObject metadata = pod.Ensure("metadata");
        metadata["generateName"] = owner.Name() + "-";
        foreach (string field in (string[])["labels", "annotations", "finalizers"])
        {
            if (template.At("metadata", field) is { } value)
            {
                metadata[field] = value.DeepClone();
            }
        }

        pod["spec"] = template.At("spec")?.DeepClone() ?? new JsonObject();
        return pod;
    }

    /// <summary>An object without name and spec that the owner controls.</summary>
    public static JsonObject Owned(Kind kind, Kind ownerKind, JsonObject owner) => new()
    {
        ["apiVersion"] = kind.ApiVersion(),
        ["kind"] = kind.ToString(),
        ["metadata"] = new JsonObject
        {
            ["namespace"] = owner.Namespace(),
            ["ownerReferences"] = new JsonArray(OwnerReference(ownerKind, owner)),
        },
    };

    public static JsonObject OwnerReference(Kind kind, JsonObject owner) => new()
    {
        ["apiVersion"] = kind.ApiVersion(),
        ["kind"] = kind.ToString(),
        ["name"] = owner.Name(),
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>A short name of the template's content: equal templates, equal names.</summary>
    public static string Hash(JsonNode? template)
    {
        // FNV-1a; the alphabet is the one whose names hold no vowels and hence no words.
        uint hash = 2166136261;
        foreach (char letter in template?.ToJsonString() ?? "")
        {
            hash = (hash ^ letter) * 16777619;
        }

        const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
        return string.Create(10, hash, static (text, value) =>
        {
            ulong rest = value * 2654435761UL + 97;
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = Alphabet[(int)(rest % (uint)Alphabet.Length)];
                rest = rest / (uint)Alphabet.Length + (ulong)(i + 1) * value;
            }
        });
    }
}
