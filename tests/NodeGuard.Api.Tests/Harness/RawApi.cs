using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>An answer as it came.</summary>
public sealed record RawAnswer(int Code, JsonNode? Body, string Text, HttpResponseHeaders Headers)
{
    public JsonNode this[string field] => Body![field]!;

    public string Message => (string?)Body?["message"] ?? "";

    public string Reason => (string?)Body?["reason"] ?? "";

    public string Version => (string)Body!["metadata"]!["resourceVersion"]!;

    public string[] Warnings => Headers.TryGetValues("Warning", out IEnumerable<string>? all) ? [.. all] : [];
}

/// <summary>
/// Requests as plain as they can be, by no code of the product: so that a test of the server is not one of our client.
/// </summary>
public sealed class RawApi : IDisposable
{
    private const string MergePatch = "application/merge-patch+json";

    private RawApi(HttpClient http) => Http = http;

    public HttpClient Http { get; }

    /// <summary>For the first context of a kubeconfig with a token or client certificate in it.</summary>
    public static RawApi FromKubeconfig(string path, string? token = null)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(path)));
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        var cluster = (YamlMappingNode)root["clusters"][0]["cluster"];
        var user = (YamlMappingNode)root["users"][0]["user"];
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(10) };
        Trust(handler, cluster);
        if (token is null && Text(user, "client-certificate-data") is { } certificate)
        {
            using var pem = X509Certificate2.CreateFromPem(Decode(certificate), Decode(Text(user, "client-key-data")!));
            handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pfx), null)];
        }

        var http = new HttpClient(handler)
        {
            BaseAddress = new Uri(Text(cluster, "server")!),
            DefaultRequestVersion = HttpVersion.Version20,
            Timeout = TimeSpan.FromMinutes(2),
        };
        if ((token ?? Text(user, "token")) is { } bearer)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        http.DefaultRequestHeaders.UserAgent.ParseAdd("nodeguard-tests/1");
        return new RawApi(http);
    }

    public async Task<RawAnswer> SendAsync(
        HttpMethod method, string path, JsonNode? body = null, string type = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        using HttpResponseMessage response = await Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return new RawAnswer((int)response.StatusCode, Json(text), text, response.Headers);
    }

    public Task<RawAnswer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, accept: accept);

    /// <summary>Creates, and fails the test where that is refused.</summary>
    public async Task<RawAnswer> CreateAsync(string path, JsonNode body) => Must(await PostAsync(path, body), path);

    public Task<RawAnswer> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body);

    public Task<RawAnswer> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body);

    public Task<RawAnswer> PatchAsync(string path, JsonNode body, string type = MergePatch) =>
        SendAsync(HttpMethod.Patch, path, body, type);

    public Task<RawAnswer> DeleteAsync(string path, JsonNode? options = null) => SendAsync(HttpMethod.Delete, path, options);

    public void Dispose() => Http.Dispose();

    private static RawAnswer Must(RawAnswer answer, string path) => answer.Code < 300
        ? answer
        : throw new InvalidOperationException($"{path}: {answer.Code} {answer.Message}");

    private static JsonNode? Json(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "The kubeconfig that the tester gave asks for it.")]
    private static void Trust(SocketsHttpHandler handler, YamlMappingNode cluster)
    {
        if (Text(cluster, "insecure-skip-tls-verify") == "true")
        {
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
            return;
        }

        string pem = Text(cluster, "certificate-authority-data") is { } data
            ? Decode(data)
            : File.ReadAllText(Text(cluster, "certificate-authority")!);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(pem);
        handler.SslOptions.CertificateChainPolicy = policy;
    }

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private static string? Text(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? ((YamlScalarNode)value).Value : null;
}
