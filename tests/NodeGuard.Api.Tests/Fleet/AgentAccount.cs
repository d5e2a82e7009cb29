using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Client;
using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>
/// An agent's credentials as a cluster gives them: a token of the shipped account, bound to a pod on a node; and the
/// GuardedNodes of that node and of another. Gone at the end of the test.
/// </summary>
internal sealed class AgentAccount : IAsyncDisposable
{
    public const string Namespace = "nodeguard-agent";
    public const string User = $"system:serviceaccount:{Namespace}:nodeguard-agent";
    private const string TokenPath = $"/api/v1/namespaces/{Namespace}/serviceaccounts/nodeguard-agent/token";

    private readonly ClusterFixture _cluster;
    private readonly string _pod = FleetObjects.NewName("agent");

    private AgentAccount(ClusterFixture cluster) => _cluster = cluster;

    public string Node { get; private set; } = "";

    public string OtherNode { get; private set; } = "";

    /// <summary>Requests with the agent's token.</summary>
    public RawApi Api { get; private set; } = null!;

    public string Own => $"{FleetObjects.Guarded}/{Node}";

    public string Other => $"{FleetObjects.Guarded}/{OtherNode}";

    public static async Task<AgentAccount> NewAsync(ClusterFixture cluster)
    {
        await cluster.Fleet.GrantAsync();
        var agent = new AgentAccount(cluster) { Node = await cluster.NewNodeAsync("own"), OtherNode = await cluster.NewNodeAsync("other") };
        foreach (string node in (string[])[agent.Node, agent.OtherNode])
            await cluster.Api.CreateAsync(FleetObjects.Guarded, FleetObjects.GuardedNode(node));
        JsonObject pod = TestObjects.Pod(agent._pod, agent.Node);
        pod["spec"]!["serviceAccountName"] = "nodeguard-agent";
        RawAnswer made = await cluster.Api.CreateAsync($"/api/v1/namespaces/{Namespace}/pods", pod);
        agent.Api = await agent.WithTokenAsync(
            $$"""{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"{{agent._pod}}","uid":"{{made["metadata"]["uid"]}}"} }""");
        // The server's authorizer follows the roles a moment later.
        await Until.AnswerAsync(() => agent.Api.GetAsync(agent.Own), a => a.Code == 200, "the agent may read its GuardedNode");
        return agent;
    }

    /// <summary>The agent's own client, by the way that a kubeconfig takes.</summary>
    public KubeClient Connect()
    {
        string file = Path.Combine(_cluster.Scratch, $"{_pod}.token");
        File.WriteAllText(file, Api.Http.DefaultRequestHeaders.Authorization!.Parameter);
        string users = Path.Combine(_cluster.Scratch, $"{_pod}.kubeconfig");
        File.WriteAllText(users, $"users: [{{name: agent, user: {{tokenFile: {_pod}.token}}}}]");
        return Clients.Connect(new ConnectionRequest(User: "agent"), name => name == "KUBECONFIG" ? $"{users}:{_cluster.Kubeconfig}" : null);
    }

    /// <summary>Another token of the same account.</summary>
    public async Task<RawApi> WithTokenAsync(string spec)
    {
        RawAnswer token = await _cluster.Api.CreateAsync(TokenPath, Account.Request(spec));
        return RawApi.FromKubeconfig(_cluster.Kubeconfig, (string)token["status"]["token"]!);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _cluster.Api.DeleteAsync($"/api/v1/namespaces/{Namespace}/pods/{_pod}", new JsonObject { ["gracePeriodSeconds"] = 0 });
        foreach (string path in (string[])[Own, Other])
            await _cluster.Api.DeleteAsync(path);
    }
}
