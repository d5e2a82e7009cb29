using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Credentials.Exec;

/// <summary>KUBERNETES_EXEC_INFO to the plugin, and its answer, in one shape as the API has it.</summary>
internal sealed class ExecCredentialObject
{
    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    [JsonPropertyName("spec")]
    public ExecSpec? Spec { get; set; }

    [JsonPropertyName("status")]
    public ExecStatus? Status { get; set; }
}

internal sealed class ExecSpec
{
    [JsonPropertyName("cluster")]
    public ExecCluster? Cluster { get; set; }

    [JsonPropertyName("interactive")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Interactive { get; set; }
}

internal sealed class ExecCluster
{
    [JsonPropertyName("server")]
    public string? Server { get; set; }

    [JsonPropertyName("tls-server-name")]
    public string? TlsServerName { get; set; }

    [JsonPropertyName("insecure-skip-tls-verify")]
    public bool? InsecureSkipTlsVerify { get; set; }

    [JsonPropertyName("certificate-authority-data")]
    public byte[]? CertificateAuthorityData { get; set; }

    [JsonPropertyName("proxy-url")]
    public string? ProxyUrl { get; set; }

    [JsonPropertyName("disable-compression")]
    public bool? DisableCompression { get; set; }

    [JsonPropertyName("config")]
    public JsonNode? Config { get; set; }
}

internal sealed class ExecStatus
{
    [JsonPropertyName("expirationTimestamp")]
    public DateTimeOffset? ExpirationTimestamp { get; set; }

    [JsonPropertyName("token")]
    public string? Token { get; set; }

    [JsonPropertyName("clientCertificateData")]
    public string? ClientCertificateData { get; set; }

    [JsonPropertyName("clientKeyData")]
    public string? ClientKeyData { get; set; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExecCredentialObject))]
internal sealed partial class ExecJson : JsonSerializerContext;
