using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Draining;

/// <summary>A fresh sandbox with the cluster that is drained, and what it tells its admin.</summary>
internal sealed class DrainServer : IAsyncDisposable
{
    private readonly SandboxProcess _sandbox;
    private readonly HttpClient _client;

    private DrainServer(SandboxProcess sandbox, HttpClient client) => (_sandbox, _client) = (sandbox, client);

    public string Kubeconfig => _sandbox.Kubeconfig;

    /// <param name="manifest">All objects of the cluster, nodes included.</param>
    /// <param name="directory">For its files; the caller removes it.</param>
    public static async Task<DrainServer> StartAsync(string manifest, string directory)
    {
        string objects = Path.Combine(directory, "objects.json");
        await File.WriteAllTextAsync(objects, manifest);
        SandboxProcess sandbox = await SandboxProcess.StartAsync("--nodes", "0", "--workloads", objects);
        SandboxEndpoint endpoint = await sandbox.EndpointAsync();

        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = PlainWriter.Trust(endpoint);
        var client = new HttpClient(handler) { BaseAddress = endpoint.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", endpoint.Token);
        return new DrainServer(sandbox, client);
    }

    /// <summary>The items of a list, by its path.</summary>
    public async Task<JsonArray> ItemsAsync(string path) =>
        JsonNode.Parse(await _client.GetStringAsync(path))?["items"] as JsonArray ?? throw new LabException($"GET {path} gave no list");

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
