using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>A fresh sandbox, and what it tells its admin.</summary>
internal sealed class MeasuredServer : IAsyncDisposable
{
    private readonly SandboxProcess _sandbox;
    private readonly HttpClient _client;

    private MeasuredServer(SandboxProcess sandbox, HttpClient client) => (_sandbox, _client) = (sandbox, client);

    public string Kubeconfig => _sandbox.Kubeconfig;

    /// <param name="manifest">All objects of the cluster, nodes included.</param>
    /// <param name="directory">For its files; the caller removes it.</param>
    public static async Task<MeasuredServer> StartAsync(string manifest, string directory)
    {
        string objects = Path.Combine(directory, "objects.json");
        await File.WriteAllTextAsync(objects, manifest);
        return await StartAsync("--nodes", "0", "--workloads", objects);
    }

    /// <param name="arguments">Of nodeguard-sandbox.</param>
    public static async Task<MeasuredServer> StartAsync(params string[] arguments)
    {
        SandboxProcess sandbox = await SandboxProcess.StartAsync(arguments);
        SandboxEndpoint endpoint = await sandbox.EndpointAsync();

        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = PlainWriter.Trust(endpoint);
        var client = new HttpClient(handler) { BaseAddress = endpoint.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", endpoint.Token);
        return new MeasuredServer(sandbox, client);
    }

    /// <summary>The items of a list, by its path.</summary>
    public async Task<JsonArray> ItemsAsync(string path) =>
        JsonNode.Parse(await _client.GetStringAsync(path))?["items"] as JsonArray ?? throw new LabException($"GET {path} gave no list");

    public async Task PostAsync(string path, JsonObject value)
    {
        using var content = new StringContent(value.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _client.PostAsync(path, content);
        if (!answer.IsSuccessStatusCode)
            throw new LabException($"POST {path}: {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    public async Task ForgetRequestsAsync() => (await _client.DeleteAsync("/sandbox/requests")).EnsureSuccessStatusCode().Dispose();

    /// <summary>What a program asked for since, and how often: such as "list pods".</summary>
    public async Task<IReadOnlyDictionary<string, int>> RequestsAsync(string program) =>
        (await _client.GetStringAsync("/sandbox/requests")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', 3)).Where(words => words[1] == program)
        .ToDictionary(words => words[2], words => int.Parse(words[0], CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }
}
