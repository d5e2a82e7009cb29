using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Models;

/// <summary>What every API object has. Fields without a property here are kept, and written back, as they came.</summary>
public abstract class KubeObject
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ObjectMeta Metadata { get; set; } = new();

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
