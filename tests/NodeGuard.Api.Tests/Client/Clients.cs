using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using Shouldly;

namespace NodeGuard.Api.Tests.Client;

/// <summary>Our client on the collection's server, by the way that a person's kubeconfig takes.</summary>
internal static class Clients
{
    public static KubeClient Admin(ClusterFixture cluster) => Connect(new ConnectionRequest(cluster.Kubeconfig), _ => null);

    /// <summary>A service account of the namespace, which may do nothing: its token comes from a second kubeconfig of the list.</summary>
    public static async Task<KubeClient> PowerlessAsync(ClusterFixture cluster, string @namespace)
    {
        string accounts = $"/api/v1/namespaces/{@namespace}/serviceaccounts";
        await cluster.Api.CreateAsync(accounts, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "powerless" } });
        RawAnswer token = await cluster.Api.CreateAsync(
            $"{accounts}/powerless/token", new JsonObject { ["spec"] = new JsonObject { ["expirationSeconds"] = 3600 } });
        string file = Path.Combine(cluster.Scratch, $"{@namespace}.token");
        await File.WriteAllTextAsync(file, token["status"]["token"]!.ToString());
        string users = Path.Combine(cluster.Scratch, $"{@namespace}.kubeconfig");
        await File.WriteAllTextAsync(users, $"users: [{{name: powerless, user: {{tokenFile: {@namespace}.token}}}}]");
        return Connect(new ConnectionRequest(User: "powerless"), name => name == "KUBECONFIG" ? $"{users}:{cluster.Kubeconfig}" : null);
    }

    public static KubeClient Connect(ConnectionRequest request, Func<string, string?> variable)
    {
        var notices = new List<string>();
        ConnectionResult result = ClusterConnector.Connect(request, new ConnectionSurroundings { Variable = variable, Notice = notices.Add });
        notices.ShouldBeEmpty();
        return result is ConnectionResult.Ready { Connection: var connection }
            ? new KubeClient(connection, KubeClientOptions.For("tests"), TimeProvider.System)
            : throw new InvalidOperationException(((ConnectionResult.Failed)result).Message);
    }

    public static T Value<T>(this ApiResult<T> result) => result is ApiResult<T>.Ok ok
        ? ok.Value
        : throw new InvalidOperationException(((ApiResult<T>.Failed)result).Failure.ToString());

    public static ApiFailure Failure<T>(this ApiResult<T> result) => result.ShouldBeOfType<ApiResult<T>.Failed>().Failure;

    public static Patch Patch(PatchKind kind, string json) => new(kind, System.Text.Encoding.UTF8.GetBytes(json));

    public static UntypedObject Map(string @namespace, string name, string key = "k", string value = "v") => new()
    {
        Metadata = new ObjectMeta { Namespace = @namespace, Name = name, Labels = new() { ["of"] = "client-tests" } },
        Unknown = new() { ["data"] = JsonSerializer.SerializeToElement(new Dictionary<string, string> { [key] = value }) },
    };

    public static string? Data(this UntypedObject map, string key) =>
        map.Unknown?.GetValueOrDefault("data") is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty(key, out JsonElement value)
            ? value.GetString()
            : null;

    /// <summary>Asks until the answer holds; a test waits for what a server does, never for a time.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            T now = await read();
            if (holds(now))
                return now;
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"after 60 s it is still {now}");
            await Task.Delay(50);
        }
    }
}
