using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>A namespace with pods on a node whose kubelet the test plays, and budgets with the status of a cluster at rest.</summary>
internal sealed class EvictionSetting(ClusterFixture cluster, string @namespace, string node)
{
    public static readonly TimeSpan ForTheController = TimeSpan.FromSeconds(5);

    public string Pods => $"/api/v1/namespaces/{@namespace}/pods";

    public string Budgets => $"/apis/policy/v1/namespaces/{@namespace}/poddisruptionbudgets";

    public static async Task<EvictionSetting> NewAsync(ClusterFixture cluster) =>
        new(cluster, await cluster.NewNamespaceAsync("evict"), await cluster.NewNodeAsync("evict"));

    /// <summary>A pod with label app=NAME-OF-APP in a phase; ready where it runs and is said to be.</summary>
    public async Task<RawAnswer> PodAsync(
        string name, string app = "a", string phase = "Running", bool ready = true, bool bound = true, JsonObject? owner = null)
    {
        var labels = new JsonObject { ["app"] = app, [TestKubelet.LeftAlone] = "" };
        JsonObject pod = TestObjects.Pod(name, bound ? node : null, labels, owner, grace: 30);
        if (!bound)
            pod["spec"]!["nodeSelector"] = new JsonObject { ["nodeguard-tests/nowhere"] = "true" };
        await cluster.Api.CreateAsync(Pods, pod);
        if (phase != "Pending")
        {
            (await cluster.Api.PatchAsync($"{Pods}/{name}/status", new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["phase"] = phase,
                    ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready ? "True" : "False" }),
                },
            })).ShouldBeDone();
        }

        return await cluster.Api.GetAsync($"{Pods}/{name}");
    }

    /// <summary>A reference to a controller that no disruption controller knows: it can only give up on such a pod.</summary>
    public async Task<JsonObject> UnknownOwnerAsync()
    {
        RawAnswer map = await cluster.Api.CreateAsync($"/api/v1/namespaces/{@namespace}/configmaps", Answers.Map("owner"));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["name"] = "owner",
            ["uid"] = map["metadata"]["uid"]!.DeepClone(),
            ["controller"] = true,
        };
    }

    public Task<RawAnswer> BudgetWithoutStatusAsync(string name, string spec, string app = "a")
    {
        JsonObject wanted = Answers.Json(spec).AsObject();
        wanted["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = app } };
        return cluster.Api.CreateAsync(Budgets, new JsonObject
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "PodDisruptionBudget",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = wanted,
        });
    }

    /// <summary>Waits for the disruption controller to find this; where there is none, says it in its place.</summary>
    public async Task BudgetAsync(string name, string spec, int healthy, int desired, int allowed, int expected)
    {
        RawAnswer made = await BudgetWithoutStatusAsync(name, spec);
        long generation = made["metadata"]["generation"]!.GetValue<long>();
        var status = new JsonObject
        {
            ["observedGeneration"] = generation,
            ["currentHealthy"] = healthy,
            ["desiredHealthy"] = desired,
            ["disruptionsAllowed"] = allowed,
            ["expectedPods"] = expected,
        };
        bool Fits(RawAnswer budget) => status.All(f => JsonNode.DeepEquals(budget.Body?["status"]?[f.Key], f.Value));
        DateTime end = DateTime.UtcNow + ForTheController;
        while (DateTime.UtcNow < end && !Fits(await cluster.Api.GetAsync($"{Budgets}/{name}")))
            await Task.Delay(50);
        await Until.AnswerAsync(
            async () =>
            {
                RawAnswer found = await cluster.Api.GetAsync($"{Budgets}/{name}");
                return Fits(found)
                    ? found
                    : await cluster.Api.PatchAsync($"{Budgets}/{name}/status", new JsonObject { ["status"] = status.DeepClone() });
            },
            Fits,
            $"the status of budget {name}");
    }

    public Task<RawAnswer> EvictAsync(string pod, string? options = null, string query = "", string version = "policy/v1")
    {
        var eviction = new JsonObject
        {
            ["apiVersion"] = version,
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = pod, ["namespace"] = @namespace },
        };
        if (options is not null)
            eviction["deleteOptions"] = Answers.Json(options);
        return cluster.Api.PostAsync($"{Pods}/{pod}/eviction{query}", eviction);
    }

    public Task<RawAnswer> GetAsync(string pod) => cluster.Api.GetAsync($"{Pods}/{pod}");

    public async Task<bool> IsTerminatingAsync(string pod) => (await GetAsync(pod))["metadata"]["deletionTimestamp"] is not null;
}
