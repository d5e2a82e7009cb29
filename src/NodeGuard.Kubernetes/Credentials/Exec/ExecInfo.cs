using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes.Credentials.Kubeconfigs;

namespace NodeGuard.Kubernetes.Credentials.Exec;

/// <summary>The text of KUBERNETES_EXEC_INFO. Pure.</summary>
internal static class ExecInfo
{
    // An alias of an alias of an alias makes gigabytes of a few lines.
    private const int MostConfigValues = 10_000;

    public static Outcome<string> Text(ExecEntry exec, ClusterEntry cluster, X509Certificate2Collection? authorities, bool interactive)
    {
        var spec = new ExecSpec { Interactive = interactive };
        if (exec.ProvideClusterInfo)
        {
            var left = MostConfigValues;
            spec.Cluster = Cluster(cluster, authorities);
            spec.Cluster.Config = cluster.ExecConfig is null ? null : Json(cluster.ExecConfig, ref left);
            if (left < 0)
                return Outcome<string>.Failed($"{cluster.Key("extensions")}: holds more than {MostConfigValues} values");
        }

        var info = new ExecCredentialObject { Kind = "ExecCredential", ApiVersion = exec.ApiVersion, Spec = spec };
        return JsonSerializer.Serialize(info, ExecJson.Default.ExecCredentialObject);
    }

    private static ExecCluster Cluster(ClusterEntry cluster, X509Certificate2Collection? authorities) => new()
    {
        Server = cluster.Server,
        TlsServerName = cluster.TlsServerName,
        InsecureSkipTlsVerify = cluster.SkipTlsVerify ? true : null,
        CertificateAuthorityData = cluster.AuthorityData ?? (authorities is null ? null : Encoding.UTF8.GetBytes(authorities.ExportCertificatePems())),
        ProxyUrl = cluster.ProxyUrl?.Reveal(),
        DisableCompression = cluster.DisableCompression ? true : null,
    };

    private static JsonNode? Json(YamlNode node, ref int left)
    {
        if (--left < 0)
            return null;
        switch (node)
        {
            case YamlNode.Text text:
                return Scalar(text);
            case YamlNode.List list:
                var array = new JsonArray();
                foreach (var item in list.Items)
                    array.Add(Json(item, ref left));
                return array;
            default:
                var map = new JsonObject();
                foreach (var (key, value) in ((YamlNode.Map)node).Fields)
                    map[key] = Json(value, ref left);
                return map;
        }
    }

    private static JsonValue? Scalar(YamlNode.Text text)
    {
        if (text.IsNull)
            return null;
        if (!text.Plain)
            return JsonValue.Create(text.Value);
        if (bool.TryParse(text.Value, out var flag))
            return JsonValue.Create(flag);
        if (long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return JsonValue.Create(integer);
        return double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? JsonValue.Create(real)
            : JsonValue.Create(text.Value);
    }
}
