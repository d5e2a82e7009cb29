using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Models;

/// <summary>A JSON object of the API. Fields without a property are kept, and written back, as they came.</summary>
public abstract class WireObject
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
